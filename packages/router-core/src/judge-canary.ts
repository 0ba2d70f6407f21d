/**
 * Decides whether a canary fails clearly more often than the version beside which it runs. A few requests prove nothing and the answer is
 * looked at again and again, so the bound is far stricter than one look would need; between the bounds it goes on collecting. Ending the
 * canary is its caller's.
 */
export interface CanaryArm { readonly requests: number; readonly failed: number }
export interface CanaryVerdict { readonly verdict: "collecting" | "holds" | "worse"; readonly reason: string }

/** Fewer requests or failures say more of chance than of a version. */
export const CANARY_REQUESTS_MIN = 20;
export const CANARY_FAILED_MIN = 5;
/** Standard deviations: one false alarm in some thousand looks, since a canary is looked at for days. */
const DEVIATIONS = 3.3;
/** A difference this small is nobody's outage. */
const DIFFERENCE_MIN = 0.01;
/** What a canary is held to where hardly anything runs beside it. */
const SHARE_MAX_ALONE = 0.5;

/** Wilson's score interval: true to small samples and to shares near 0 and 1, where the plain one is empty. */
function interval({ requests, failed }: CanaryArm): { readonly share: number; readonly low: number; readonly high: number } {
  if (requests === 0) return { share: 0, low: 0, high: 1 };
  const share = failed / requests;
  const square = DEVIATIONS ** 2;
  const middle = (share + square / (2 * requests)) / (1 + square / requests);
  const reach = DEVIATIONS * Math.sqrt(share * (1 - share) / requests + square / (4 * requests ** 2)) / (1 + square / requests);
  return { share, low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) };
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** The lower end of the difference is Newcombe's, from both score intervals (Statistics in Medicine 17, 1998, method 10). */
export function judgeCanary(canary: CanaryArm, beside: CanaryArm): CanaryVerdict {
  const own = interval(canary);
  if (canary.requests < CANARY_REQUESTS_MIN) return { verdict: "collecting", reason: `${canary.requests} of at least ${CANARY_REQUESTS_MIN} requests.` };
  const said = `${canary.failed} of ${canary.requests} requests failed (${percent(own.share)})`;
  if (canary.failed < CANARY_FAILED_MIN) return { verdict: "holds", reason: `${said}.` };
  if (beside.requests < CANARY_REQUESTS_MIN) {
    const worse = own.low > SHARE_MAX_ALONE;
    return { verdict: worse ? "worse" : "holds", reason: `${said}, with too few requests of the published version to compare with.` };
  }
  const other = interval(beside);
  const least = own.share - other.share - Math.hypot(own.share - own.low, other.high - other.share);
  return { verdict: least > DIFFERENCE_MIN ? "worse" : "holds", reason: `${said}, against ${beside.failed} of ${beside.requests} of the published version (${percent(other.share)}).` };
}

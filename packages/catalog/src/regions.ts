/**
 * Where a request is processed, as far as a provider's own documentation promises it for an address. A promise is a property of the address and the model's
 * name there, not of the provider: so an organization's own address counts for itself. What no page promises is null, which means anywhere.
 */
import type { Region } from "@trunkline/contracts";

export interface Place {
  readonly provider: string;
  /** Base URL that the request is sent below. */
  readonly address: string;
  readonly upstreamModel: string;
}

type Rule = (host: string, place: Place) => Region | null;

/** Zones of Amazon and Google, the first that fits; of the rest, in one country or several, nothing is promised. */
const ZONES: readonly (readonly [prefix: string, region: Region])[] = [
  ["us-gov-", "us"], ["us-", "us"], ["eu-west-2", "uk"], ["eu-central-2", "ch"], ["eu-", "eu"], ["ca-", "ca"], ["sa-east-1", "br"],
  ["ap-northeast-2", "kr"], ["ap-northeast-", "jp"], ["ap-south-", "in"], ["ap-southeast-1", "sg"], ["ap-southeast-2", "au"], ["ap-southeast-4", "au"],
  ["europe-west2", "uk"], ["europe-west6", "ch"], ["europe-", "eu"], ["northamerica-northeast", "ca"], ["southamerica-east1", "br"],
  ["asia-northeast3", "kr"], ["asia-northeast", "jp"], ["asia-southeast1", "sg"], ["asia-south1", "in"], ["australia-", "au"],
];
const zoneRegion = (zone: string): Region | null => ZONES.find(([prefix]) => zone.startsWith(prefix))?.[1] ?? null;

const AWS_HOST = /^bedrock-runtime(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com$/;
/** Inference profiles carry the requests of one geography over its zones; `global.` over all, `apac.` over several countries. */
const PROFILE = /^(us-gov|us|eu|jp|au|ca|apac|global)\./;
const PROFILE_REGIONS: Readonly<Record<string, Region>> = { "us-gov": "us", us: "us", eu: "eu", jp: "jp", au: "au", ca: "ca" };
// https://docs.aws.amazon.com/bedrock/latest/userguide/cross-region-inference.html
const amazon: Rule = (host, { upstreamModel }) => {
  const zone = AWS_HOST.exec(host)?.[1];
  if (zone === undefined) return null;
  const profile = PROFILE.exec(upstreamModel)?.[1];
  return profile === undefined ? zoneRegion(zone) : PROFILE_REGIONS[profile] ?? null;
};

const GOOGLE_ZONE = /^([a-z0-9-]+)-aiplatform\.googleapis\.com$/;
const GOOGLE_GROUP = /^aiplatform\.(us|eu)\.rep\.googleapis\.com$/;
// https://docs.cloud.google.com/vertex-ai/generative-ai/docs/learn/data-residency
const google: Rule = (host) => {
  const group = GOOGLE_GROUP.exec(host)?.[1];
  if (group === "us" || group === "eu") return group;
  const zone = GOOGLE_ZONE.exec(host)?.[1];
  return zone === undefined ? null : zoneRegion(zone);
};

/** Hosts that name a region in their first label, and nothing else does. */
const named = (hosts: Readonly<Record<string, Region>>): Rule => (host) => hosts[host] ?? null;

const RULES: ReadonlyMap<string, Rule> = new Map(Object.entries({
  bedrock: amazon,
  "bedrock-anthropic": amazon,
  vertex: google,
  "vertex-anthropic": google,
  // https://developers.openai.com/api/docs/guides/data-residency
  openai: named({ "us.api.openai.com": "us", "eu.api.openai.com": "eu" }),
  // https://docs.mistral.ai/inference/regional-inference.md
  mistral: named({ "api.eu.mistral.ai": "eu", "api.us.mistral.ai": "us" }),
  // https://docs.x.ai/developers/advanced-api-usage/regions
  xai: named({ "us.api.x.ai": "us" }),
  // https://openrouter.ai/docs/guides/features/in-region-routing: its Europe takes in the United Kingdom and Switzerland, so only its United States is exact.
  openrouter: named({ "us.openrouter.ai": "us" }),
  // https://www.alibabacloud.com/help/en/model-studio/regions: the other addresses compute over several countries.
  alibaba: named({ "dashscope.aliyuncs.com": "cn" }),
  // https://cdn.deepseek.com/policies/en-US/deepseek-privacy-policy.html
  deepseek: named({ "api.deepseek.com": "cn" }),
}));

/** null: nobody promises where. */
export function regionOf(place: Place): Region | null {
  const rule = RULES.get(place.provider);
  if (rule === undefined) return null;
  try {
    return rule(new URL(place.address).hostname, place);
  } catch {
    return null;
  }
}

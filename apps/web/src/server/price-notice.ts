/** What new prices mean for a preset, as pages and the API show it, and how its proposal becomes a draft. */
import { ConflictError, NotFoundError, UnprocessableError, type Actor, type PresetRecord, type PriceNoticeRecord, type WebDb } from "@trunkline/db/web";
import { usd } from "./money-view.ts";
import { builtInName } from "./preset-view.ts";
import type { PriceNoticeView } from "./views.ts";

export const toPriceNoticeView = ({ presetSlug, models, requests, changedShare, followedNanoUsd, savedNanoUsd, moved, foundAt }: PriceNoticeRecord): PriceNoticeView => ({
  preset: presetSlug, models: [...models], requests, changedShare, followedUsd: usd(followedNanoUsd), draftSavesUsd: savedNanoUsd === null ? null : usd(savedNanoUsd), moved: [...moved], foundAt: foundAt.toISOString(),
});

/** The proposal becomes the preset's draft, and the notice is closed. A draft that somebody has begun is never written over. */
export async function takePriceNotice(db: WebDb, actor: Actor, slug: string): Promise<PresetRecord> {
  const notice = (await db.priceNotices.list(actor)).find((one) => one.presetSlug === slug);
  if (!notice) throw new NotFoundError("price notice");
  if (!notice.proposal) throw new UnprocessableError("The preset follows the new prices by itself: there is nothing to change.");
  const stored = await db.presets.find(actor, slug).catch((error: unknown) => { if (error instanceof NotFoundError) return null; throw error; });
  if (stored?.draft) throw new ConflictError("The preset has a draft already. Publish it first, or put the change into it by hand.");
  if ((stored?.publishedVersion ?? 0) !== notice.presetVersion) throw new ConflictError("The preset was published anew since its prices were looked at. The next look says what they mean for the new version.");
  const preset = stored ? await db.presets.saveDraft(actor, slug, notice.proposal) : await db.presets.create(actor, { slug, name: builtInName(slug), document: notice.proposal });
  await db.priceNotices.close(actor, slug);
  return preset;
}

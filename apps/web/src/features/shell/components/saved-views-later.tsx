import { lazy, Suspense } from "react";
import { Bookmark } from "lucide-react";
import type { SavedView } from "../../../server/views.ts";

const SavedViews = lazy(async () => ({ default: (await import("./saved-views.tsx")).SavedViews }));

/** Behind the page: the button stands where it will be pressed, and what it opens comes after what the page is for. */
export const SavedViewsLater = ({ page }: { page: SavedView["page"] }) => (
  <Suspense fallback={<span className="views"><button type="button" className="btn" disabled><Bookmark className="ic s" aria-hidden />Views</button></span>}><SavedViews page={page} /></Suspense>
);

"use client";
import "./saved-views.css";
import { Bookmark, Trash2 } from "lucide-react";
import Link from "next/link";
import { usePathname, useSearchParams } from "next/navigation";
import { useState, type FormEvent } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, useToasts } from "@trunkline/ui";
import type { SavedView } from "../../../server/views.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { useMenu } from "../use-menu.ts";
import { useScope } from "../use-scope.ts";
import { useUndoable } from "../use-undoable.ts";

const NAME_CHARS_MAX = 60;
/** What is open at the moment is no part of a view. */
const PASSING = ["id", "create"];

function useViews(page: SavedView["page"]) {
  const trpc = useTRPC();
  const scope = useScope();
  const toasts = useToasts();
  const queryClient = useQueryClient();
  const list = useQuery(trpc.views.list.queryOptions({ ...scope, page }));
  const refresh = (): Promise<void> => queryClient.invalidateQueries(trpc.views.list.queryFilter());
  const save = useMutation(trpc.views.save.mutationOptions({ onSuccess: ({ name }) => toasts.say(`"${name}" is kept.`), onError: (error) => toasts.say(error.message, "err"), onSettled: refresh }));
  const removal = useMutation(trpc.views.remove.mutationOptions({ onSettled: refresh }));
  const { pending, start } = useUndoable();
  const remove = ({ id, name }: SavedView): void => start({ id, text: `"${name}" is removed.`, commit: () => removal.mutateAsync({ ...scope, id }), leaving: { procedure: "views.remove", input: { ...scope, id } } });
  return { views: (list.data ?? []).filter(({ id }) => !pending.has(id)), save: (name: string, query: string) => save.mutate({ ...scope, page, name, query }), remove };
}

/** A menu of the addresses that this person kept of this page, and a way to keep the one on show. */
export function SavedViews({ page }: { page: SavedView["page"] }) {
  const [open, setOpen] = useState(false);
  // Outlives the menu: what is being removed stays away when it is opened again.
  const kept = useViews(page);
  const holder = useMenu(open, () => setOpen(false));
  return (
    <span className="views" ref={holder}>
      <button type="button" className="btn" aria-expanded={open} onClick={() => setOpen(!open)}><Bookmark className="ic s" aria-hidden />Views</button>
      {open ? <Menu kept={kept} onLeave={() => setOpen(false)} /> : null}
    </span>
  );
}

function Menu({ kept: { views, save, remove }, onLeave }: { kept: ReturnType<typeof useViews>; onLeave: () => void }) {
  const pathname = usePathname();
  const params = new URLSearchParams(useSearchParams().toString());
  for (const name of PASSING) params.delete(name);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name") ?? "").trim();
    if (name !== "") save(name, params.toString());
    event.currentTarget.reset();
  };
  return (
    <div className="menu" role="group" aria-label="Saved views">
      {views.length === 0 ? <p className="meta">Keep what you look at: range, filter and grouping, under a name of your own.</p> : (
        <ul>{views.map((view) => <li key={view.id}><Link href={`${pathname}${view.query === "" ? "" : `?${view.query}`}`} onClick={onLeave}>{view.name}</Link><button type="button" className="btn icon ghost sm" aria-label={`Remove ${view.name}`} onClick={() => remove(view)}><Trash2 className="ic s" aria-hidden /></button></li>)}</ul>
      )}
      <form onSubmit={submit}><input name="name" aria-label="Name of the view on show" placeholder="Name of the view on show" maxLength={NAME_CHARS_MAX} required autoComplete="off" /><Button type="submit" size="sm">Keep</Button></form>
    </div>
  );
}

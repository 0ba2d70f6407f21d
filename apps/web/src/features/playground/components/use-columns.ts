"use client";
import { useState } from "react";
import { useSearchParams } from "next/navigation";
import { useSetParams } from "../../shell/use-scope.ts";
import { useColumn } from "./use-column.ts";

/** More do not fit a screen beside one another. */
export const COLUMNS_MAX = 4;
const FIRST_MODEL = "auto";
const PARTED = ",";

/** `slot` is the place of the column's call; it stays when columns before it go. */
export interface Column { readonly slot: number; readonly model: string }

function fromAddress(text: string | null): Column[] {
  const models = (text ?? "").split(PARTED).filter((model) => model !== "").slice(0, COLUMNS_MAX);
  return (models.length > 0 ? models : [FIRST_MODEL]).map((model, slot) => ({ slot, model }));
}

/** The columns and their calls. The models live in the address, so that a comparison can be shared. */
export function useColumns() {
  const asked = useSearchParams().get("models");
  const [columns, setColumns] = useState(() => fromAddress(asked));
  const setParams = useSetParams();
  const calls = [useColumn(), useColumn(), useColumn(), useColumn()] as const;
  const change = (next: readonly Column[]): void => {
    setColumns([...next]);
    setParams({ models: next.map((one) => one.model).join(PARTED) });
  };
  return {
    calls, columns,
    setModel: (slot: number, model: string) => change(columns.map((one) => (one.slot === slot ? { slot, model } : one))),
    add: () => {
      const free = calls.findIndex((_, slot) => columns.every((one) => one.slot !== slot));
      if (free < 0) return;
      calls[free]?.clear();
      change([...columns, { slot: free, model: columns.at(-1)?.model ?? FIRST_MODEL }]);
    },
    remove: (slot: number) => { calls[slot]?.clear(); change(columns.filter((one) => one.slot !== slot)); },
  };
}

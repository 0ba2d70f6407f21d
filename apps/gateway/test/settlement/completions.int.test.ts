import { askCells } from "./cells.ts";

askCells("completions");

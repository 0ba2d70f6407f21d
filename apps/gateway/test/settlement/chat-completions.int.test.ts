import { askCells } from "./cells.ts";

askCells("chat_completions");

import { askCells } from "./cells.ts";

askCells("responses");

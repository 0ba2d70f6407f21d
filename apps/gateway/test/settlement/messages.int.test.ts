import { askCells } from "./cells.ts";

askCells("messages");

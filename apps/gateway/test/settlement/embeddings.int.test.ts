import { askCells } from "./cells.ts";

askCells("embeddings");

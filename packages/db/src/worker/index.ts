export { changeCatalog } from "../catalog-store.ts";
export { ExportsDisagree } from "./export-book.ts";
export { createWorkerDb } from "./worker-db.ts";
export type { LedgerLine, WorkerDb, WorkerDbOptions } from "./worker-db.ts";
export type { FoundNotice, OpenNotice, PresetInUse, PriceQueries, RoutedRequest } from "./price-book.ts";
export type { StatusQueries, StatusSample } from "./status-book.ts";
export type { AlertBudgetRow, AlertFinding, AlertQueries, AlertRuleRow, ClaimedDelivery, FailingCredentialRow, RateRow } from "./alert-book.ts";
export type { ExportBook, ExportCandidate, ExportHealth, ExportKey, ExportMeasure, ExportQueries, ExportRange, ExportRow, ExportState, ExportSubject, NewExport, UnexportedWindow } from "./export-book.ts";
export type { PendingTopUp, TopUpFailure, TopUpNotice, TopUpQueries } from "./top-up-book.ts";

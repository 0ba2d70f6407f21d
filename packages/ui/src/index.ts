export { Ago, Money, ModelName, Status } from "./values.tsx";
export { Button, Card, CopyButton, EmptyState, ErrorCard, Field, Segmented, Skeleton } from "./parts.tsx";
export { Dialog } from "./dialog.tsx";
export { StackedBars, type BarSeries } from "./stacked-bars.tsx";

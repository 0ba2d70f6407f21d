import { diag, DiagLogLevel, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Attributes, type Context, type Tracer } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } from "@opentelemetry/sdk-trace";

/** Spans that wait for the collector; when it does not keep up, later ones are dropped and nothing else suffers. */
const SPANS_WAITING_MAX = 4_096;
const EXPORT_TIMEOUT_MS = 10_000;
/** A process that ends does not wait longer than this for a collector. */
const CLOSE_MS = 2_000;
/** One word a minute about a collector that is away is enough. */
const FAULT_EVERY_MS = 60_000;

/** Something that has ended. Times are epoch milliseconds; `error`: why it failed, null where it did not. */
export interface EndedSpan {
  readonly name: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly attributes: Attributes;
  readonly error: string | null;
}
/** A request that was served, and the calls that it took. */
export interface EndedRequest extends EndedSpan { readonly calls: readonly EndedSpan[] }

export interface Tracing {
  /** `traceparent`: the caller's W3C trace context, whose trace and sampling decision it joins. Never throws, waits for nothing. */
  record(request: EndedRequest, traceparent: string | undefined): void;
  /** Sends what waits, for two seconds at most. Never rejects. */
  close(): Promise<void>;
}

export interface TracingOptions {
  /** Where OTLP over HTTP is taken, with its path. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly service: string;
  /** Of requests that come without a trace context; 0 to 1. */
  readonly sampleRatio: number;
}
export interface TracingPorts { readonly now: () => number; onFault(message: string): void }

/** Spans are made when all is over, from what is recorded anyway: a request pays for them behind its answer, and nothing where tracing is off. */
export function createTracing({ url, headers, service, sampleRatio }: TracingOptions, ports: TracingPorts): Tracing {
  tellFaults(ports);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": service }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url, headers, timeoutMillis: EXPORT_TIMEOUT_MS }), maxQueueSize: SPANS_WAITING_MAX })],
  });
  const tracer = provider.getTracer("trunkline");
  return {
    record(request, traceparent) {
      const within = startEnded(tracer, request, { kind: SpanKind.SERVER, parent: parentOf(traceparent) });
      for (const call of request.calls) startEnded(tracer, call, { kind: SpanKind.CLIENT, parent: within });
    },
    close: () => {
      let timer: NodeJS.Timeout | undefined;
      const given = new Promise<void>((resolve) => { timer = setTimeout(resolve, CLOSE_MS); });
      return Promise.race([provider.shutdown().catch(() => undefined), given]).finally(() => clearTimeout(timer));
    },
  };
}

/** What the library says of a failed export can hold addresses; that there was one is all that is told. */
function tellFaults({ now, onFault }: TracingPorts): void {
  let toldAtMs = -FAULT_EVERY_MS;
  const quiet = (): void => undefined;
  diag.setLogger({
    error: () => { if (now() - toldAtMs >= FAULT_EVERY_MS) { toldAtMs = now(); onFault("traces cannot be sent to the collector; they are dropped"); } },
    warn: quiet, info: quiet, debug: quiet, verbose: quiet,
  }, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true });
}

function startEnded(tracer: Tracer, { name, startedAtMs, endedAtMs, attributes, error }: EndedSpan, { kind, parent }: { readonly kind: SpanKind; readonly parent: Context }): Context {
  const span = tracer.startSpan(name, { kind, startTime: startedAtMs, attributes }, parent);
  if (error !== null) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
  span.end(endedAtMs);
  return trace.setSpan(parent, span);
}

/** https://www.w3.org/TR/trace-context/#traceparent-header-field-values; later versions begin the same way. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/;

function parentOf(traceparent: string | undefined): Context {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? "") ?? [];
  return traceId && spanId && flags ? trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: parseInt(flags, 16) & 1, isRemote: true }) : ROOT_CONTEXT;
}

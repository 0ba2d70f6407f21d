import net from "node:net";

export interface Line {
  readonly url: string;
  cut(): void;
  restore(): Promise<void>;
  /** While true, connections are taken and dropped. */
  drop(isDropping: boolean): void;
  /** Connections dropped so far. */
  readonly dropped: number;
}

/** A loopback relay before a real store, which a test can cut and restore. */
export async function openLine(target: string): Promise<Line> {
  const to = new URL(target);
  const sockets = new Set<net.Socket>();
  let [isDropping, dropped] = [false, 0];
  const server = net.createServer((near) => {
    if (isDropping) { dropped++; near.on("error", () => {}).destroy(); return; }
    const far = net.connect(Number(to.port), to.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {}).on("close", () => { sockets.delete(socket); near.destroy(); far.destroy(); });
    }
    near.pipe(far).pipe(near);
  });
  const listen = (port: number): Promise<void> => new Promise((resolve) => { server.listen(port, "127.0.0.1", resolve); });
  await listen(0);
  const { port } = server.address() as net.AddressInfo;
  const url = new URL(target);
  url.port = String(port);
  return {
    url: url.href,
    cut() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
    restore: () => listen(port),
    drop(next) { isDropping = next; },
    get dropped() { return dropped; },
  };
}

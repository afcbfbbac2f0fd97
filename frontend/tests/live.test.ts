import { describe, expect, it } from "vitest";
import { eventListener, LiveClient, type Socket } from "../src/live/client";

class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  sent: Record<string, unknown>[] = [];
  send(text: string) { this.sent.push(JSON.parse(text) as Record<string, unknown>); }
  close() { this.onclose?.({ code: 1000 }); }
  receive(message: object) { this.onmessage?.({ data: JSON.stringify(message) }); }
}

function stage() {
  const sockets: FakeSocket[] = [];
  const waits: { ms: number; act: () => void; stopped: boolean }[] = [];
  const client = new LiveClient("ws://x", {
    open: () => { const socket = new FakeSocket(); sockets.push(socket); return socket; },
    later: (ms, act) => { const wait = { ms, act, stopped: false }; waits.push(wait); return () => { wait.stopped = true; }; },
    random: () => 0.5,
  });
  return { client, sockets, waits };
}

describe("live client", () => {
  it("opens one socket for all topics and subscribes when it is open", () => {
    const { client, sockets } = stage();
    client.subscribe(eventListener("run:1", 7, () => undefined));
    client.subscribe(eventListener("runs", null, () => undefined));
    expect(sockets).toHaveLength(1);
    sockets[0]!.onopen!();
    expect(sockets[0]!.sent).toEqual([{ type: "subscribe", topic: "run:1", after: 7 }, { type: "subscribe", topic: "runs", after: null }]);
  });
  it("comes back with growing pauses and goes on after the last event it saw", () => {
    const { client, sockets, waits } = stage();
    const seen: number[] = [];
    client.subscribe(eventListener("run:1", 7, (event) => seen.push(event.id)));
    sockets[0]!.onopen!();
    sockets[0]!.receive({ type: "event", topic: "run:1", id: 8, kind: "x", data: {} });
    sockets[0]!.onclose!({ code: 1006 });
    expect(client.state).toBe("reconnecting");
    for (let attempt = 0; attempt < 7; attempt += 1) {
      waits[attempt]!.act();
      if (attempt < 6) sockets.at(-1)!.onclose!({ code: 1006 });
    }
    expect(waits.map((wait) => wait.ms)).toEqual([500, 1000, 2000, 4000, 8000, 15000, 15000]);
    sockets.at(-1)!.onopen!();
    expect(sockets.at(-1)!.sent).toEqual([{ type: "subscribe", topic: "run:1", after: 8 }]);
    sockets.at(-1)!.receive({ type: "event", topic: "run:1", id: 8, kind: "x", data: {} });
    sockets.at(-1)!.receive({ type: "event", topic: "run:1", id: 9, kind: "x", data: {} });
    expect(seen).toEqual([8, 9]);
  });
  it("fetches again on resync and goes on from there", async () => {
    const { client, sockets } = stage();
    client.subscribe(eventListener("run:1", 3, () => undefined, () => Promise.resolve(40)));
    sockets[0]!.onopen!();
    sockets[0]!.receive({ type: "resync", topic: "run:1" });
    await new Promise((resolve) => setTimeout(resolve));
    expect(sockets[0]!.sent.at(-1)).toEqual({ type: "subscribe", topic: "run:1", after: 40 });
  });
  it("stops when the server refuses, wakes at once when asked", () => {
    const { client, sockets, waits } = stage();
    client.subscribe(eventListener("runs", null, () => undefined));
    sockets[0]!.onclose!({ code: 1006 });
    client.wake();
    expect(waits[0]!.stopped).toBe(true);
    expect(sockets).toHaveLength(2);
    sockets[1]!.onclose!({ code: 4403 });
    expect(client.state).toBe("closed");
    expect(waits).toHaveLength(1);
  });
  it("keeps a topic while anybody listens, survives nonsense", () => {
    const { client, sockets } = stage();
    const stop = client.subscribe(eventListener("runs", 1, () => undefined));
    const stopOther = client.subscribe(eventListener("runs", 1, () => undefined));
    sockets[0]!.onopen!();
    sockets[0]!.onmessage!({ data: "not json" });
    stop();
    expect(sockets[0]!.sent.some((one) => one["type"] === "unsubscribe")).toBe(false);
    stopOther();
    expect(sockets[0]!.sent.at(-1)).toEqual({ type: "unsubscribe", topic: "runs" });
  });
});

/**
 * Dialogs and what stands in the right pane are a bundle of their own (designer-dialogs.js), fetched once the canvas stands: that is
 * there sooner. It shares React, the state and the aim of the focus with this one (scripts/build.mjs).
 */
import * as react from "react";
import * as jsx from "react/jsx-runtime";
import { useEffect, useState, type ComponentProps, type ComponentType, type ReactNode } from "react";
import * as context from "../context";
import * as aim from "./aim";
import type { LateDialogs } from "./dialogs/main";
import { messageOf, toast } from "./page";

interface Shared { forebayShared?: Record<string, unknown>; forebayDialogs?: LateDialogs }

let loaded: LateDialogs | null = null;
let loading: Promise<LateDialogs> | null = null;

function load(): Promise<LateDialogs> {
  const place = window as Shared;
  place.forebayShared ??= { react, "react/jsx-runtime": jsx, context, aim };
  loading ??= new Promise<LateDialogs>((done, failed) => {
    const script = document.createElement("script");
    script.src = document.getElementById("designer")?.dataset["dialogsUrl"] ?? "/static/dist/designer-dialogs.js";
    script.onload = () => {
      loaded = place.forebayDialogs ?? null;
      if (loaded) done(loaded);
      else failed(new Error("The dialogs could not be started."));
    };
    script.onerror = () => failed(new Error("This part could not be loaded: the studio does not answer."));
    document.head.append(script);
  }).catch((error: unknown) => { loading = null; throw error; });
  return loading;
}

type Props<K extends keyof LateDialogs> = { late: K; failed?: (why: string, again: () => void) => ReactNode } & ComponentProps<LateDialogs[K]>;

/** `failed` draws what stands there when the bundle did not come; without it a message is shown. */
export function LateDialog<K extends keyof LateDialogs>({ late, failed, ...props }: Props<K>) {
  const [dialogs, setDialogs] = useState(loaded);
  const [why, setWhy] = useState("");
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (dialogs) return;
    setWhy("");
    load().then(setDialogs, (error: unknown) => { setWhy(messageOf(error)); if (!failed) toast(messageOf(error), "danger"); });
  }, [dialogs, round]);
  const Shown = dialogs?.[late] as ComponentType<typeof props> | undefined;
  if (Shown) return <Shown {...props} />;
  return why && failed ? failed(why, () => setRound(round + 1)) : null;
}

/** Ahead of the first use, once the canvas stands. */
export function usePreloaded(): void {
  useEffect(() => {
    const timer = setTimeout(() => void load().catch(() => undefined), 1500);
    return () => clearTimeout(timer);
  }, []);
}

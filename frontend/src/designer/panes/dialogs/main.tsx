/** designer-dialogs.js: what opens above the designer's page. */
import { AskedDialog } from "./asked";
import { LogDialog } from "./log";
import { PromoteDialog } from "./promote";
import { PromoteSource } from "./promote-source";
import { RunsDialog } from "./runs-dialog";

const dialogs = { AskedDialog, LogDialog, PromoteDialog, PromoteSource, RunsDialog };
export type LateDialogs = typeof dialogs;

(window as unknown as { forebayDialogs: LateDialogs }).forebayDialogs = dialogs;

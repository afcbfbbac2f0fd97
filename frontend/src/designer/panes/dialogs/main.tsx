/** designer-dialogs.js: what stands in the right pane, and what opens above the page. */
import { PaneContent } from "../content";
import { AskedDialog } from "./asked";
import { ProgramDialog } from "./program";
import { RunsDialog } from "./runs-dialog";

const dialogs = { AskedDialog, ProgramDialog, RunsDialog, PaneContent };
export type LateDialogs = typeof dialogs;

(window as unknown as { forebayDialogs: LateDialogs }).forebayDialogs = dialogs;

/** A script in CodeMirror, as large as the window. The editor's program is fetched when the first one opens. */
import { useEffect, useRef, useState } from "react";
import type { CodeEditor, MountCode } from "../../../code/types";
import { settingOf } from "../../core/values";
import { useCommands, useDesigner } from "../../context";
import { messageOf, pagePlace } from "../page";
import { Banner, Icon, Modal, plural } from "../parts";

interface CodeWindow { forebayCode?: MountCode }
let loading: Promise<MountCode> | null = null;

function loadEditor(): Promise<MountCode> {
  loading ??= new Promise<MountCode>((done, failed) => {
    const script = document.createElement("script");
    script.src = pagePlace().codeUrl;
    script.onload = () => { const mount = (window as CodeWindow).forebayCode; if (mount) done(mount); else failed(new Error("The editor could not be started.")); };
    script.onerror = () => failed(new Error("The editor could not be loaded: the studio does not answer."));
    document.head.append(script);
  }).catch((error: unknown) => { loading = null; throw error; });
  return loading;
}

export function CodeDialog({ node, parameter, onClose }: { node: string; parameter: string; onClose: () => void }) {
  const { setSetting, say } = useCommands();
  const face = useDesigner((state) => state.view.faces.get(node));
  const settings = useDesigner((state) => state.graph.nodes.find((one) => one.id === node)?.settings);
  const editable = useDesigner((state) => state.editable);
  const spec = face?.parameters.find((one) => one.name === parameter);
  const stored = spec ? settingOf(spec, settings ?? {}) : "";
  const [first] = useState(typeof stored === "string" ? stored : "");
  const [text, setText] = useState(first);
  const [plain, setPlain] = useState("");
  const [asking, setAsking] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const save = useRef<HTMLButtonElement>(null);
  const editor = useRef<CodeEditor | null>(null);
  const acts = useRef({ save: () => undefined as void, leave: () => undefined as void });
  const changed = text !== first;
  const language = spec?.language ?? "python";
  const keep = () => {
    if (!face) return;
    if (editable && changed) setSetting(node, parameter, text);
    if (changed) say(`${spec?.label ?? parameter} of ${face?.title ?? node} is changed.`);
    onClose();
  };
  const leave = () => {
    if (changed && editable && !asking) return setAsking(true);
    onClose();
  };
  acts.current = { save: keep, leave: () => save.current?.focus() };
  useEffect(() => {
    let gone = false;
    loadEditor().then((mount) => {
      if (gone || !box.current) return;
      editor.current = mount(box.current, { text: first, language, label: spec?.label ?? parameter, readOnly: !editable, onChange: setText, onSave: () => acts.current.save(), onLeave: () => acts.current.leave() });
    }, (error: unknown) => { if (!gone) setPlain(messageOf(error)); });
    return () => { gone = true; editor.current?.end(); editor.current = null; };
  }, []);
  useEffect(() => {
    if (!changed || !editable) return;
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", stay);
    return () => removeEventListener("beforeunload", stay);
  }, [changed, editable]);
  const lines = text.replace(/\n$/, "").split("\n").length;
  return (
    <Modal title={<><bdi>{face?.title ?? "A step that is gone"}</bdi>: {spec?.label ?? parameter}</>} className="pane-dialog-code" onClose={leave}
      actions={asking
        ? <><span role="alert">Your changes are not kept yet.</span><span className="spacer" /><button type="button" className="button" onClick={() => { setAsking(false); editor.current?.focus(); }}>Go on editing</button><button type="button" className="button button-danger" onClick={onClose}>Drop them</button><button type="button" className="button button-primary" autoFocus disabled={!face} onClick={keep}>Keep them</button></>
        : <><span className="muted small">{language === "sql" ? "SQL" : language === "python" ? "Python" : language}, {plural(lines, "line")}. <kbd>Esc</kbd> leaves the editor, <kbd>Ctrl</kbd> <kbd>Enter</kbd> keeps.</span><span className="spacer" /><button type="button" className="button" onClick={leave}>{editable ? "Cancel" : "Close"}</button>{editable && <button ref={save} type="button" className="button button-primary" disabled={!face} onClick={keep}><Icon name="check" />Keep</button>}</>}>
      {!face && <Banner tone="warning">The step is no longer in the draft: somebody deleted it. Copy what you need before you close.</Banner>}
      <Hint language={language} script={face?.module?.spec.name ?? ""} text={text} help={spec?.help} />
      {plain
        ? <><p className="error pane-error" role="alert"><Icon name="error" />{plain} A plain field stands in.</p><textarea className="mono pane-code-plain" aria-label={spec?.label ?? parameter} spellCheck={false} readOnly={!editable} value={text} onChange={(event) => setText(event.target.value)} /></>
        : <div ref={box} className="pane-code-editor" />}
    </Modal>
  );
}

/** What the module calls in the script, and whether it is there. */
function Hint({ language, script, text, help }: { language: string; script: string; text: string; help: string | undefined }) {
  if (language === "sql") return <p className="help">{help} The connected tables are <code>t1</code>, <code>t2</code> and so on.</p>;
  const wants = /create python model/i.test(script) ? { word: "class PythonModel", found: /^class\s+PythonModel\b/m, told: <>The script has a class <code>PythonModel</code> with <code>fit(X, y)</code> and <code>predict(X)</code>.</> }
    : { word: "def azureml_main", found: /^def\s+azureml_main\s*\(/m, told: <>The function <code>azureml_main(dataframe1, dataframe2)</code> gets the connected tables and returns one or two data frames.</> };
  return <p className="help">{help} {wants.told}{text.trim() !== "" && !wants.found.test(text) && <strong className="error"> There is no <code>{wants.word}</code> yet.</strong>}</p>;
}

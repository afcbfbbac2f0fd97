/** The designer's page: the frame around canvas and panes. */
import { useDesigner, useLoad } from "./context";

export function App() {
  const load = useLoad();
  if (load.phase === "loading") return <p>Opening the designer…</p>;
  if (load.phase === "error") return <p role="alert">{load.message}</p>;
  return <Steps />;
}

function Steps() {
  const titles = useDesigner((state) => [...state.view.faces.values()].map((face) => face.title));
  return <ul>{titles.map((title, index) => <li key={index}>{title}</li>)}</ul>;
}

/** Icon and tone of each group of modules; names are those of pipelines/domain/module_specs.py. */
export interface Look { icon: string; tone: string }

const LOOKS: Readonly<Record<string, Look>> = {
  Datasets: { icon: "dataset", tone: "amber" },
  "Data Input and Output": { icon: "group-io", tone: "teal" },
  "Data Transformation": { icon: "group-transformation", tone: "blue" },
  "Feature Selection": { icon: "group-selection", tone: "violet" },
  "Statistical Functions": { icon: "group-statistics", tone: "amber" },
  "Machine Learning Algorithms/Regression": { icon: "group-regression", tone: "violet" },
  "Machine Learning Algorithms/Clustering": { icon: "group-clustering", tone: "violet" },
  "Machine Learning Algorithms/Classification": { icon: "group-classification", tone: "violet" },
  "Model Training": { icon: "group-training", tone: "green" },
  "Model Scoring & Evaluation": { icon: "group-evaluation", tone: "green" },
  "Text Analytics": { icon: "group-text", tone: "blue" },
  "Python Language": { icon: "group-python", tone: "grey" },
};
const OWN: Look = { icon: "group-own", tone: "accent" };

export const DATASETS = "Datasets";
export const OWN_GROUP = "My modules";

export const lookOf = (group: string | undefined): Look => (group !== undefined && LOOKS[group]) || OWN;
export const PLAIN_LOOK: Look = { icon: "step", tone: "grey" };
export const SOURCE_ICON = { dataset: "dataset", datastore: "folder", parameter: "parameter" } as const;

/** "Machine Learning Algorithms/Regression" -> its two levels; most groups have one. */
export function levelsOf(group: string): [string, string] {
  const cut = group.indexOf("/");
  return cut < 0 ? [group, ""] : [group.slice(0, cut), group.slice(cut + 1)];
}

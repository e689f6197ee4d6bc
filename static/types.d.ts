/** Types of the page, for `tsc --checkJs`; nothing of this is loaded by a browser. */

type Name = string;
type Task = "binary" | "multiclass" | "regression";

/** The spec as the server tells it, with all defaults. */
interface Spec {
  data: { name: Name; points?: number[][] | null; task?: Task | null; [key: string]: any };
  features: Name[];
  layers: Layer[];
  loss: Name | null;
  optimizer: { name: Name; learning_rate: number; [rate: string]: any };
  schedule: { name: Name; [key: string]: any };
  batch_size: number;
  [key: string]: any;
}
interface Layer { units: number; activation: Name; [key: string]: any }

/** Rows and columns of an image. */
type Shape = [rows: number, columns: number];
/** A data set, as `/api/schema` describes it. */
interface DataSet {
  kind: "plane" | "images" | "table";
  task: Task | null;
  input_shape: number[];
  classes: string[];
  limits: Record<string, number[]>;
}
/** A column of a table. */
interface TableColumn { name: Name; unit: string; default: boolean }
/** A data set that is a table. */
interface TableSet extends DataSet {
  columns: TableColumn[];
  target: TableColumn;
  /** Columns of the axes where a spec names none. */
  axes: Name[];
  /** Axes that are no columns: the principal components. */
  components: Name[];
}
/** An axis of a table's plane. */
interface PlaneAxis {
  name: Name;
  /** With its unit. */
  title: string;
  /** The value at a coordinate of the plane. */
  toValue: (place: number) => number;
}
/** What a table predicts, if it is a number. */
interface Target {
  unit: string;
  toValue: (standardized: number) => number;
  /** The value with its unit. */
  say: (standardized: number) => string;
}
/** A variable, a number, or an operation and its operands. */
type Formula = string | number | [string, ...Formula[]];
/** A view, as `/api/schema` describes it. */
interface View {
  of: "plane" | "images" | "both";
  arrays: ArrayType[];
  cost: "frame" | "occasional" | "request";
  recorded: boolean;
  of_unit: boolean;
}
/** An array of a frame; letters in its shape are explained in engine/frames/registry.py. */
interface ArrayType { name: Name; dtype: "U8" | "F32"; shape: (number | string)[] }
/** What the classes of an image set are called. */
interface ImageClasses { name: Name; classes: string[] }

/** A decoded frame, with the spec that it was computed for. */
interface Frame {
  spec: Spec;
  meta: any;
  arrays: any;
  /** Of a recording: the map that it is of, and all frames with the number of this one. */
  sweep?: Sweep | null;
  recorded?: { frames: Frame[]; index: number };
  [key: string]: any;
}

/** Our place in the line of a full server, and what there is none of. */
/** The loss landscape as a frame tells it. */
interface Landscape {
  /** Of the plane that is shown. */
  kind: string;
  /** The update that the surface is of. */
  step: number;
  /** Share of the path's variance that lies in the plane. */
  share: number;
  /** Of the present from the plane. */
  distance: number;
  /** Of the present from the path's beginning. */
  travelled: number;
  /** Places along the first axis. */
  x: number[];
  /** Places along the second axis. */
  y: number[];
  /** By row. */
  losses: number[][];
  /** Of the axes. */
  weights: { layer: number; from: number | "bias"; to: number }[];
  /** The present last. */
  path: { steps: number[]; x: number[]; y: number[]; losses: number[] };
}

/** A network of a race. */
interface RaceNetwork {
  /** What it differs in, as the server says it. */
  changes: any[];
  train: number[];
  test: number[];
  trainScore: number[];
  testScore: number[];
  diverged: boolean;
  /** Its boundary, output after output. */
  map: Uint8Array;
  /** What 0 and 255 stand for. */
  range: [number, number];
}

/** A race as a frame tells it. */
interface Race {
  racers: any[][];
  epochs: number;
  restart: boolean;
  state: string;
  share: number;
  outputs: number;
  /** Places along a side of the maps. */
  side: number;
  epochsSeen: number[];
  networks: RaceNetwork[];
  /** How many have not diverged. */
  members: number;
  /** Scores of the mean of all outputs. */
  ensemble: { train: number; test: number } | null;
  /** Where all share one: the train loss over a plane, and the path of each network. */
  landscape: {
    /** How much of the squared distances from the start lies in the plane. */
    share: number;
    x: number[];
    y: number[];
    losses: number[][];
    paths: { x: number[]; y: number[] }[];
  } | null;
}

/** What an axis of a map may vary, as `/api/schema` says it. */
interface AxisKind {
  path: Name;
  kind: "number" | "integer" | "choice";
  /** Of numbers: their limits, how they are usually spread, and the ends that are worth a look. */
  low: number;
  high: number;
  scale: string;
  usual: number[];
  /** Of choices. */
  values: Name[];
}
/** An axis as it is asked for: numbers from low to high, or choices. */
interface MapAxis { path: Name; low?: number; high?: number; count?: number; scale?: string; values?: Name[] }
/** An axis as the server has begun it, and what was asked for. */
interface ShownAxis { path: Name; values: any[]; scale?: string; asked?: Partial<MapAxis> }
/** A grid of networks that train together; the first axis runs across. */
interface Sweep {
  axes: ShownAxis[];
  rows: number;
  columns: number;
  seeds: number;
  networks: number;
  [key: string]: any;
}
/** A map as a frame tells it; see map/model/reading. */
interface MapFrame {
  epoch: number;
  state: string;
  ready: number;
  /** Whether an edit is yet to take effect. */
  waiting?: boolean;
  rows: number;
  columns: number;
  /** Cells that there are. */
  count: number;
  /** Six numbers each; null where the frame has none. */
  cells: Float32Array | null;
  places: number;
  outputs: number;
  /** Places along a side of a boundary. */
  side: number;
  maps: Uint8Array | null;
  ranges: Float32Array | null;
  /** Two numbers each; null where nobody has asked for it. */
  sharpness: Float32Array | null;
  /** Of a wall of seeds: mean of each output, then its standard deviation. */
  mean: { data: Float32Array; outputs: number; side: number } | null;
}
/** What chooses and opens the networks of a map, where a server trains it. */
interface MapTools {
  presets: HTMLElement;
  /** Controls below the wall. */
  foot: (HTMLElement | null)[];
  update(): void;
  open(): void;
  openCell(at: number): void;
  zoom(places: { across: number[]; up: number[] }): void;
  /** Whether a finger draws a box. */
  isBoxing(): boolean;
  /** Into the part around a cell. */
  zoomAt(at: number): void;
  zoomOut(): void;
  openMenu(which: number, anchor: HTMLElement): void;
}
/** The numbers of a cell, NaN before they are measured: shares of its seeds that diverged, and that succeed. */
interface MapCell {
  trainLoss: number;
  testLoss: number;
  trainScore: number;
  testScore: number;
  lost: number;
  good: number;
  /** The largest eigenvalue of the Hessian, and what it may be at most; NaN where they are not known. */
  sharpness: number;
  limit: number;
  diverged: boolean;
}
/** The colours of a number: 0 is the best one. */
interface MapScale {
  measure: string;
  low: number;
  high: number;
  kind: "linear" | "log";
  share: (value: number) => number;
  ticks: number[];
}
/** Sizes of a wall: in pixels of its canvas, and of the page. */
interface WallSize {
  columns: number;
  rows: number;
  cell: number;
  pitch: number;
  apart: number;
  side: number;
  width: number;
  height: number;
}

/** What a person has chosen of a search; a dimension is an axis as a map has it. */
interface SearchChoice {
  dimensions: MapAxis[];
  method: Name;
  /** One or two. */
  objectives: Name[];
  trials: number;
  epochs: number;
  pruning: boolean;
  /** Of training, after which no trial is begun; null: as many as it takes. */
  seconds: number | null;
  /** Trials that are trained together; null: as many as suit the data. */
  batch: number | null;
  /** Of the method. */
  seed: number;
}
/** One network of a search. */
interface Trial {
  number: number;
  by: "method" | "hand";
  values: Record<Name, any>;
  state: "training" | "complete" | "pruned" | "diverged" | "failed";
  epoch: number;
  metrics: Record<Name, number | null>;
}
/** Where the values of a dimension, or scores, stand on an axis: shares of it, 0 at its low end. */
interface SearchScale {
  path: Name;
  log: boolean;
  choices: any[] | null;
  low: number;
  high: number;
  share: (value: any) => number;
  ticks: { value: any; share: number }[];
  /** Of scores: whether a larger one is better. */
  rising?: boolean;
}
/** The part of an axis that trials must lie in to be listed. */
interface SearchBrush { column: string; scale: SearchScale; from: number; to: number }

interface Queue { place: number; places: number; lack: "sessions" | "memory"; [key: string]: any }

/** A number with the formula that it comes from. */
interface FormulaNode {
  symbol: string;
  /** What it is computed from; "" where it is given. */
  formula: string;
  /** The same with the numbers put in. */
  numbers: string;
  value: number;
  /** What it is made of. */
  parts: (() => FormulaNode)[];
  /** Key of a sentence beside it, or "". */
  note: string;
}
/** A unit of any column of the network drawing, or a weight; `from` is a number or "bias". */
type StepPlace =
  | { kind: "unit"; column: number; row: number }
  | { kind: "weight"; layer: number; from: number | "bias"; to: number };
/** Where a layer maps the plane; see spaces/reading. */
interface Space {
  kind: "inputs" | "layer" | "output";
  /** Hidden layer from 0; -1 for the inputs. */
  layer: number;
  units: number;
  /** Axes that it is shown by: as many as units, three at most. */
  axes: number;
  /** Three numbers each: the mesh, then the points. */
  places: Float32Array;
  points: number;
  /** Shares of the points' variance along each axis. */
  shares: number[];
  /** The logits over the axes, in the last space before them: three slopes and a constant each. */
  surfaces: number[][];
}
/** What a picture of a space shows: the middle of a square, and half its side. */
interface SpaceWindow { x: number; y: number; half: number }

/** A weight or bias, as messages name it. */
interface Link { layer: number; from: number | "bias"; to: number }
/** A unit of a hidden layer. */
interface Unit { layer: number; unit: number }

interface PageState {
  run: {
    /** As the server has it; null until the session is open. */
    spec: Spec | null;
    /** The spec with the edits that the server has not answered yet. */
    draft: Spec | null;
    /** The preset that the draft is, unchanged. */
    preset: Name | null;
    /** Whether the person wants it to train. */
    running: boolean;
    /** Where it stops by itself. */
    until: { epoch?: number; loss?: number } | string | null;
    diverged: { step: number } | null;
    /** Why it ended early; of use as long as it stands at that step. */
    stopped: { step: number; epoch: number; best_epoch: number; restored: boolean } | null;
    /** Epochs a frame. */
    speed: number;
    canUndo: boolean;
    canRedo: boolean;
    /** Whether the server has edits wait for images or programs. */
    waiting: boolean;
    /** What takes the place of the whole network once it can. */
    pending: { spec: Spec; preset: Name | null } | null;
    /** Whether a run or a step waits for what the edits lead to. */
    promised: boolean;
    /** A set of images that is being loaded, or could not be. */
    loading: { name: Name; state: string; done?: number; total?: number; message?: string } | null;
  };
  stream: {
    connection: { name: string; seconds?: number; queue?: Queue | null };
    /** The live run while a recording plays in its place. */
    standby: { spec: Spec | null } | null;
    /** Why the recording that stands by cannot be played. */
    unplayable: string | null;
  };
  timeline: {
    points: any[];
    /** The point that is looked at, and its spec. */
    recalled: any;
    past: Spec | null;
  };
  advice: {
    trial: { asking: string | null; answer: any } | null;
    setback: any;
  };
  page: {
    visibility: "seen" | "asleep" | "unseen";
    /** Of an embed: whether its frame is on the screen. */
    onScreen: boolean;
    /** Whether less motion is asked for. */
    reducedMotion: boolean;
    message: { text?: string; key?: string } | null;
    hint: string | null;
    /** The step of the tour. */
    tour: number | null;
    /** Whether the strip shows all of its controls. */
    more: boolean;
    newcomer: boolean;
    /** Of an embed. */
    panels: Name[];
  };
  /** What outlives the page; see lib/preferences. */
  preferences: {
    theme: string;
    colours: string;
    pauseHidden: boolean;
    language: string | null;
    visited: boolean;
    notesSeen: boolean;
  };
  appearance: {
    palette: any;
    scheme: "light" | "dark" | null;
  };
  view: {
    hovered: any;
    pinned: Unit | null;
    /** The unit that is asked for: the pinned one, else the hovered one. */
    select: Unit | null;
    /** Pixels of a tile's side. */
    tile: number;
    pointsWanted: boolean;
    showTest: boolean;
    discretize: boolean;
    logLoss: boolean;
    wholeRun: boolean;
    curveTab: string;
    /** What of the gradients is shown. */
    flowLook: "now" | "gradient" | "ratio" | "spread";
    /** The view that is open in a dialog or popover of its own. */
    dialog: "race" | "landscape" | "classes" | "earlyStopping" | null;
    /** The layer whose hidden space is shown: 0 for the inputs, then the hidden layers, then the output. */
    space: number | null;
    /** Whether it is shown in three axes, where there are as many. */
    solid: boolean;
  };
  /** The classes of the points. */
  classes: {
    /** How many panels show them. */
    open: number;
    part: Name;
  };
  /** The loss landscape. */
  landscape: {
    /** How many views of the page show it. */
    open: number;
    /** Which plane: through the run, at random, or along two weights. */
    kind: "path" | "random" | "weights";
    /** The two weights, as messages name them; null for the first ones. */
    weights: { layer: number; from: number | "bias"; to: number }[] | null;
    /** Which random directions. */
    draw: number;
    /** Whether it is a surface in space, and not a map. */
    solid: boolean;
  };
  /** Networks that are trained side by side. */
  race: {
    /** How many views of the page show them. */
    open: number;
    /** What they differ in. */
    kind: string;
    epochs: number;
    /** Whether they begin at the present weights. */
    here: boolean;
    /** Whether networks race on the data, or optimizers down a surface. */
    place: "data" | "surface";
    surface: string;
    /** A second surface beside it, as a lesson may have it; null for none. */
    beside: string | null;
    /** What the paths down the surface differ in. */
    against: string;
    rate: number;
    optimizer: string;
  };
  /** Networks that differ along two axes, in the place of the one. */
  map: {
    open: boolean;
    axes: MapAxis[];
    /** Networks of a cell, which differ in their seed. */
    seeds: number;
    /** What the cells are coloured by. */
    colour: string;
    /** The axes before each zoom. */
    zooms: MapAxis[][];
    /** As the server has begun it. */
    sweep: Sweep | null;
    /** Why the server refused one. */
    problem: any;
    /** Whether one of its networks takes the place of the present one. */
    adopting: boolean;
  };
  /** Search over hyperparameters, in the place of the network. */
  search: SearchChoice & {
    open: boolean;
    /** Id of what the server has begun; null for none. */
    study: string | null;
    /** As the server has begun it. */
    settings: any;
    state: "training" | "stopped" | "ended" | "failed" | null;
    share: number;
    /** Seconds that are left, about; null where that cannot be said. */
    left: number | null;
    found: Trial[];
    /** Numbers of the best trials. */
    best: number[];
    importances: Record<Name, number>;
    /** Why the server refused something. */
    problem: any;
    chart: string;
    /** Trials that are averaged. */
    ticked: number[];
    ensemble: any;
    /** Two networks that are compared: numbers of their trials, and their boundaries as told. */
    duel: { trials: any[] } | null;
    /** Metrics of the best trials with those of the test points, once they were looked at. */
    tested: Record<string, Record<Name, number>> | null;
    /** The trial that is about to take the place of the network, and the one that has. */
    opening: number | null;
    opened: number | null;
  };
  /** What the run is to reach. */
  goal: {
    /** In the grammar of docs/goals.md; null for none. */
    text: string | null;
    /** As the server has parsed it. */
    tree: Goal | null;
    /** How the present run stands: whether it holds, and for each comparison its number and whether it holds. */
    verdict: { text: string; holds: boolean; in_time: boolean; parts: [number | null, boolean][] } | null;
    /** Where the present run reached it first. */
    reached: { epoch: number; step: number; spec: Spec } | null;
    /** The last message of a check on seeds. */
    check: any;
  };
  /** What is switched off to be compared. */
  ablation: { units: Unit[]; links: Link[] };
  /** One step in slow motion. */
  step: {
    open: boolean;
    /** The train row that is the whole batch; null for the next batch. */
    point: number | null;
    /** The row of the batch whose numbers are shown. */
    row: number;
    /** Which stage is shown, in the order of its description. */
    stage: number;
    /** The number that is opened into its formula. */
    chosen: StepPlace | null;
    /** The parameter that is checked by a finite difference. */
    check: number | null;
    /** How many steps before the present one is shown. */
    back: number;
    /** The description that is shown, as `step/description` reads it. */
    shown: any;
  };
  points: {
    /** Custom points, ahead of the spec while someone paints. */
    custom: number[][] | null;
    /** What is to be said of them: a key of the catalogue. */
    label: string | null;
    painting: boolean;
    brush: { radius: number; label: number; erase: boolean };
  };
  images: {
    /** The set that the page is about; null for points. */
    set: (ImageClasses & { shape: Shape } & Record<string, any>) | null;
    /** The image that is looked at: a row of a part, or a drawing. */
    digit: { part?: string; row?: number; ink?: string; [key: string]: any };
    cell: { label: number; predicted: number } | null;
    /** The layer whose hidden space is shown. */
    space: number | null;
    dimensions: number;
    camera: any;
    digitTab: string;
    strokes: any[];
    pen: string;
    unprepared: boolean;
    showSaliency: boolean;
    showNearest: boolean;
    imageTab: string;
    strip: { first: number; wrong: boolean };
  };
  recording: {
    active: boolean;
    frames: number;
    /** How fast a recording plays; null on a live page. */
    replaySpeed: number | null;
  };
}

type KeyOf<S> = { [G in keyof S & string]: `${G}.${keyof S[G] & string}` }[keyof S & string];
type PatchOf<S> = { [G in keyof S]?: Partial<S[G]> };
interface StoreOf<S> {
  get(): S;
  set(patch: PatchOf<S>): void;
  watch(keys: readonly KeyOf<S>[], call: (state: S) => void): () => void;
}
type StoreKey = KeyOf<PageState>;
type PagePatch = PatchOf<PageState>;
type Store = StoreOf<PageState>;

/** A goal as the server has parsed it; a condition is a comparison, or has `all` or `any` conditions. */
interface Goal { text: string; condition: any; within: number | null; needed: number | null; seeds: number | null }

/** What every view is made from; see pages/session. */
interface Context {
  store: Store;
  taskOf(spec: Spec): Task;
  schema: any;
  presets: any;
  datasets: any;
  edits: any;
  history: any;
  customPoints: any;
  actions: any;
  tooltip: any;
  model: any;
  library: any;
  reconnect(): void;
  /** Of some pages only. */
  token: any;
  languages: any;
  changeLanguage: any;
  recording: any;
  [part: string]: any;
}

/** What lib/storage gives, and what stands for it. */
interface StorageLike {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** The element that `h("button.icon")` makes. */
type ElementOf<T extends string> = T extends `${infer N}.${string}` ? NamedElement<N> : NamedElement<T>;
type NamedElement<N> = N extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[N] : HTMLElement;

/** The page asks for HTML elements alone, and gives numbers and flags where the DOM takes texts. */
interface Element {
  dataset: any;
  style: any;
  hidden: any;
  tabIndex: any;
  offsetHeight: any;
  content: any;
  focus: any;
  setAttribute(name: string, value: number | boolean): void;
}
interface ChildNode {
  hidden: any;
}
interface CSSStyleDeclaration {
  setProperty(property: string, value: number): void;
}
interface EventTarget {
  closest: any;
  matches: any;
}
interface Event {
  dataTransfer: any;
}
/** Plotly gives an element its chart. */
interface HTMLElement {
  on: any;
  data: any;
  layout: any;
}

interface Window {
  /** For tests and benchmarks. */
  livenet: Record<string, any>;
  Plotly: any;
}

import { html } from "../html.ts";
import { numberText } from "../number_text.ts";
import { cssColor } from "../palette.ts";
import { MAP_KINDS } from "../report_picture.ts";
import type { Html } from "../html.ts";
import type { PairRecord, PictureKind, PictureRow, ReportPicture, RunRecord } from "../run_record.ts";

const KIND_TEXTS: Readonly<Record<PictureKind, string>> = {
  input: "Photo",
  truth: "Truth",
  prediction: "Prediction",
  pseudo: "Pseudo-mask",
  sure: "Pseudo-mask where sure",
  overlay: "Prediction over the photo",
  mix: "Mixed",
};

/** Photos with truth, prediction and pseudo-mask, a row each, and what the colours mean. */
export function pictureSection(record: RunRecord): Html | undefined {
  if (record.pictures.length === 0) return undefined;
  const columns = Math.max(...record.pictures.map((row) => row.pictures.length));
  return html`
    <section id="pictures">
      <h2>Pictures</h2>
      <p class="note">Light grey is left out of loss and measures. A pseudo-mask is what the network says about a
        photo that it has no labels for.</p>
      ${classLegend(record)} ${record.pictures.map((row) => pictureRow(row, columns))}
    </section>
  `;
}

/** What a legend tells of. */
export interface LegendSource {
  /** The classes and their colours. */
  readonly dataset: Pick<RunRecord["dataset"], "classes" | "colors">;
}

/** The classes with their colours. */
export function classLegend({ dataset }: LegendSource): Html {
  const entries = dataset.classes.map((name, k) => html`<li>${swatch(dataset.colors[k])}${name}</li>`);
  return html`<ul class="legend" aria-label="Colours of the classes">${entries}</ul>`;
}

/** A small square in a class's colour; nothing without a colour. */
export function swatch(color: RunRecord["dataset"]["colors"][number] | undefined): Html | undefined {
  return color && html`<span class="swatch" style="background:${cssColor(color)}"></span>`;
}

/** The pictures of a photo in a row of so many columns, under its name. */
export function pictureRow(row: PictureRow, columns: number): Html {
  const cells = row.pictures.map((picture) => figure(picture, row.name));
  return html`
    <div class="row">
      <h3>${row.name} ${row.note === undefined ? undefined : html`<span>· ${row.note}</span>`}</h3>
      <div class="cells" style="--n:${columns}">${cells}</div>
    </div>
  `;
}

function figure(picture: ReportPicture, name: string): Html {
  const kind = KIND_TEXTS[picture.kind];
  const source = `data:image/png;base64,${picture.pngBase64}`;
  const { width, height, caption = kind } = picture;
  const imageClass = MAP_KINDS.includes(picture.kind) ? "map" : "photo";
  return html`
    <figure>
      <img class="${imageClass}" src="${source}" width="${width}" height="${height}"
        alt="${kind}: ${name}">
      <figcaption>${caption}</figcaption>
    </figure>
  `;
}

/** Unlabeled photos beside the labeled ones they were mixed with. */
export function pairSection(record: RunRecord): Html | undefined {
  if (record.pairs.length === 0) return undefined;
  return html`
    <section id="pairs">
      <h2>Pairs</h2>
      <p class="note">${pairNote(record.pairs)}</p>
      <div class="pairs">${record.pairs.map(pairFigure)}</div>
    </section>
  `;
}

function pairNote(pairs: readonly PairRecord[]): string {
  const first = "The pairs that were mixed last: an unlabeled photo and the labeled one that guided it.";
  const measured = pairs.some(({ distance }) => distance !== undefined);
  return `${first} λ is the labeled photo's share of the mix${
    measured ? "; the distance is that of their pooled encoder features, Euclidean" : ""
  }.`;
}

function pairFigure(pair: PairRecord): Html {
  const { distance, mixCoefficient } = pair;
  const facts = [
    distance === undefined ? [] : [`distance ${numberText(distance)}`],
    mixCoefficient === undefined ? [] : [`λ ${numberText(mixCoefficient)}`],
  ].flat();
  const unlabeled = { ...pair.unlabeled, caption: `Unlabeled: ${pair.unlabeledName}` };
  const labeled = { ...pair.labeled, caption: `Labeled: ${pair.labeledName}` };
  return html`
    <div class="pair">
      <div class="cells" style="--n:2">
        ${figure(unlabeled, pair.unlabeledName)} ${figure(labeled, pair.labeledName)}
      </div>
      ${facts.length === 0 ? undefined : html`<p class="note">${facts.join(", ")}</p>`}
    </div>
  `;
}

/** Suggestions as a page: each photo, what the run sees in it, and why it was taken. */
import { type Html, html } from "../report/html.ts";
import { renderPage } from "../report/page.ts";
import { countText } from "../report/number_text.ts";
import type { ReportPicture } from "../report/run_record.ts";
import { classLegend, pictureRow } from "../report/sections/gallery.ts";
import type { RgbColor } from "../report/palette.ts";
import type { RankedPhoto } from "./photo.ts";

/** A suggested photo with its pictures. */
export interface ShownPhoto {
  /** The photo. */
  readonly photo: RankedPhoto;
  /** Left to right. */
  readonly pictures: readonly ReportPicture[];
}

/** What a page shows. */
export interface SuggestionPage {
  /** The run, as it was named; missing without one. */
  readonly run?: string;
  /** Classes of the run. */
  readonly classes: readonly string[];
  /** Their colours. */
  readonly colors: readonly RgbColor[];
  /** Suggested photos in the order in which to label. */
  readonly shown: readonly ShownPhoto[];
  /** Photos that were looked at. */
  readonly looked: number;
  /** A sentence on the photos that are labeled already, without a full stop; missing where none is known. */
  readonly labeled?: string;
  /** Photos that could not be read. */
  readonly skipped: number;
  /** The command line. */
  readonly command: string;
  /** Of the program. */
  readonly version: string;
}

/** Letters of a command that are shown: it may name thousands of photos. */
const MOST_LETTERS = 400;

function shortened(command: string): string {
  return command.length <= MOST_LETTERS ? command : `${command.slice(0, MOST_LETTERS)} …`;
}

const number = (value: number) => value.toFixed(2);

/** Why a photo was taken, in a sentence or two. */
export function whyText(
  { uncertainty, uncertaintyRank, distance, nearest, place }: RankedPhoto,
  looked: number,
): string {
  const parts: string[] = [];
  if (uncertainty !== undefined) {
    const { all, entropy, margin, flips } = uncertainty;
    parts.push(
      `Uncertainty ${number(all)}, place ${uncertaintyRank} of ${looked}: entropy ${
        number(entropy)
      }, margin ${number(margin)}, flips ${number(flips)}.`,
    );
  }
  if (distance !== undefined && nearest !== undefined) {
    parts.push(
      `Nearest before it: ${nearest}, at distance ${number(distance)} of at most 2.`,
    );
  } else if (place === 1 && uncertainty === undefined) parts.push("The most ordinary of all photos.");
  return parts.join(" ");
}

function introduction({ run, looked, labeled, skipped, shown }: SuggestionPage): Html {
  const known = labeled === undefined ? "" : ` ${labeled}.`;
  const lost = skipped === 0 ? "" : `; ${countText(skipped)} could not be read`;
  const how = run === undefined
    ? "by variety alone: each shows something else than those before it"
    : "by how unsure the run is of them, and so that they differ from each other";
  return html`
    <p class="lead">
      ${countText(shown.length)} of ${countText(
        looked,
      )} photos without labels, ${how}${lost}.${known} Label them from the top; the
      list suggested.txt names them.
    </p>
  `;
}

/** What the measures mean. */
function measures(run: string | undefined): Html | undefined {
  if (run === undefined) return undefined;
  return html`
    <p class="note">
      Uncertainty is the mean of three measures over all pixels, each from 0 to 1: the entropy of the class
      probabilities, how near the second class is to the first (margin), and how much photo and mirror image disagree
      (flips). Where whole photos are too much work, label the framed parts.
    </p>
  `;
}

/** A whole HTML document. Every text in it is escaped. */
export function suggestionPage(page: SuggestionPage): string {
  const { run, classes, colors, shown, looked, command, version } = page;
  const columns = Math.max(1, ...shown.map(({ pictures }) => pictures.length));
  const rows = shown.map(({ photo, pictures }) =>
    pictureRow({ name: `${photo.place}. ${photo.name}`, note: whyText(photo, looked), pictures }, columns)
  );
  const photos = html`
    <section id="photos">
      <h2>In this order</h2>
      ${measures(run)} ${run === undefined
        ? undefined
        : classLegend({ dataset: { classes, colors } })} ${rows}
    </section>
  `;
  return renderPage({
    title: "Photos to label",
    head: html`
      <p class="eyebrow">guidedmix suggestions</p>
      <h1>Photos to label next</h1>
      ${introduction(page)}
      <pre class="command" tabindex="0" aria-label="Command">${shortened(command)}</pre>
    `,
    sections: [["photos", "Photos", photos]],
    footer: `guidedmix ${version}`,
  });
}

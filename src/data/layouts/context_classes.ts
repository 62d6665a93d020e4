import type { Color } from "../dataset.ts";

/** A class of Pascal Context; its number in masks is its place in the list. */
export interface ContextClass {
  /** As the official configuration writes it. */
  readonly name: string;
  /** For pictures. */
  readonly color: Color;
}

function context(name: string, red: number, green: number, blue: number): ContextClass {
  return { name, color: [red, green, blue] };
}

/** Background and the 59 classes that are evaluated, with the customary colours. */
export function contextClasses(): ContextClass[] {
  return [
    context("background", 120, 120, 120),
    context("aeroplane", 180, 120, 120),
    context("bag", 6, 230, 230),
    context("bed", 80, 50, 50),
    context("bedclothes", 4, 200, 3),
    context("bench", 120, 120, 80),
    context("bicycle", 140, 140, 140),
    context("bird", 204, 5, 255),
    context("boat", 230, 230, 230),
    context("book", 4, 250, 7),
    context("bottle", 224, 5, 255),
    context("building", 235, 255, 7),
    context("bus", 150, 5, 61),
    context("cabinet", 120, 120, 70),
    context("car", 8, 255, 51),
    context("cat", 255, 6, 82),
    context("ceiling", 143, 255, 140),
    context("chair", 204, 255, 4),
    context("cloth", 255, 51, 7),
    context("computer", 204, 70, 3),
    context("cow", 0, 102, 200),
    context("cup", 61, 230, 250),
    context("curtain", 255, 6, 51),
    context("dog", 11, 102, 255),
    context("door", 255, 7, 71),
    context("fence", 255, 9, 224),
    context("floor", 9, 7, 230),
    context("flower", 220, 220, 220),
    context("food", 255, 9, 92),
    context("grass", 112, 9, 255),
    context("ground", 8, 255, 214),
    context("horse", 7, 255, 224),
    context("keyboard", 255, 184, 6),
    context("light", 10, 255, 71),
    context("motorbike", 255, 41, 10),
    context("mountain", 7, 255, 255),
    context("mouse", 224, 255, 8),
    context("person", 102, 8, 255),
    context("plate", 255, 61, 6),
    context("platform", 255, 194, 7),
    context("pottedplant", 255, 122, 8),
    context("road", 0, 255, 20),
    context("rock", 255, 8, 41),
    context("sheep", 255, 5, 153),
    context("shelves", 6, 51, 255),
    context("sidewalk", 235, 12, 255),
    context("sign", 160, 150, 20),
    context("sky", 0, 163, 255),
    context("snow", 140, 140, 140),
    context("sofa", 250, 10, 15),
    context("table", 20, 255, 0),
    context("track", 31, 255, 0),
    context("train", 255, 31, 0),
    context("tree", 255, 224, 0),
    context("truck", 153, 255, 0),
    context("tvmonitor", 0, 0, 255),
    context("wall", 255, 71, 0),
    context("water", 0, 235, 255),
    context("window", 0, 173, 255),
    context("wood", 31, 0, 255),
  ];
}

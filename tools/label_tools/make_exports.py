"""Makes small exports with the label tools themselves, for tests: labelme, CVAT's formats, COCO, YOLO, Label Studio.

    python -m venv labels && labels/bin/pip install labelme pycocotools datumaro supervision label-studio-sdk
    labels/bin/python tools/label_tools/make_exports.py OUT

Writes OUT/labelme (JSON beside photos), OUT/labelme-voc (the folders of labelme's own labelme2voc.py, by labelme's own
drawing), OUT/cvat-mask (by Datumaro's exporter, which CVAT calls for "Segmentation mask 1.1"), OUT/coco, OUT/cvat-xml,
OUT/datumaro, OUT/camvid, OUT/cityscapes, OUT/kitti (by Datumaro's exporters), OUT/coco-rle (by pycocotools), OUT/yolo (by
supervision), OUT/studio-json and OUT/studio-yolo (by Label Studio's converter), and in OUT/expected/NAME the masks as the
tools draw them.
"""

import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = ["Cat", "Dog"]
WIDTH, HEIGHT, COUNT, LABELED = 96, 80, 8, 6


def photo(index: int) -> np.ndarray:
    random = np.random.default_rng(index)
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    plain = np.stack([rows * 2, columns * 2, np.full_like(rows, 20 * index)], axis=-1)
    return np.clip(plain + random.integers(0, 30, plain.shape), 0, 255).astype(np.uint8)


def polygons(index: int) -> list[tuple[str, list[list[float]]]]:
    random = np.random.default_rng(100 + index)
    found = []
    for name, (cx, cy) in zip(CLASSES, [(28, 30), (68, 50)]):
        angles = np.sort(random.uniform(0, 2 * np.pi, 9))
        radii = random.uniform(12, 22, 9)
        corners = np.stack([cx + radii * np.cos(angles), cy + radii * np.sin(angles)], axis=-1)
        found.append((name, np.round(corners, 2).tolist()))
    return found


def write_photos(folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for index, name in enumerate(names):
        Image.fromarray(photo(index)).save(folder / name, quality=95)


def write_mask(path: Path, mask: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(mask.astype(np.uint8)).save(path)


def labelme_shapes(index: int) -> list[dict]:
    common = {"group_id": None, "description": "", "flags": {}, "mask": None}
    shapes = [{"label": name, "points": points, "shape_type": "polygon", **common} for name, points in polygons(index)]
    shapes.append({"label": "Dog", "points": [[4.0, 60.0], [20.0, 74.0]], "shape_type": "rectangle", **common})
    shapes.append({"label": "Cat", "points": [[80.0, 14.0], [88.0, 14.0]], "shape_type": "circle", **common})
    disc = np.add.outer((np.arange(12) - 5.5) ** 2, (np.arange(12) - 5.5) ** 2) < 30
    shapes.append({"label": "Dog", "points": [[40.0, 64.0], [51.0, 75.0]], "shape_type": "mask", **common, "mask": disc})
    return shapes


def make_labelme(out: Path) -> None:
    from labelme import utils
    from labelme import _label_file as label_file

    folder = out / "labelme"
    write_photos(folder, [f"{i}.jpg" for i in range(COUNT)])
    names = {"_background_": 0, "Cat": 1, "Dog": 2}
    for index in range(LABELED):
        shapes = labelme_shapes(index)
        kept = [{**shape, "mask": None if shape["mask"] is None else utils.img_arr_to_b64(shape["mask"].astype(np.uint8))}
                for shape in shapes]
        path = folder / f"{index}.json"
        label_file.LabelFile().save(filename=str(path), shapes=kept, image_path=f"{index}.jpg", image_height=HEIGHT,
                                    image_width=WIDTH)
        loaded = label_file.LabelFile(str(path)).shapes
        mask, _ = utils.shapes_to_label((HEIGHT, WIDTH), loaded, names)
        write_mask(out / "expected/labelme" / f"{index}.png", mask)
        make_labelme_voc(out / "labelme-voc", index, mask)
    (out / "labelme-voc/class_names.txt").write_text("_background_\nCat\nDog\n")
    write_photos(out / "labelme-voc/JPEGImages", [f"{i}.jpg" for i in range(COUNT)])


def make_labelme_voc(folder: Path, index: int, mask: np.ndarray) -> None:
    import imgviz

    (folder / "SegmentationClass").mkdir(parents=True, exist_ok=True)
    (folder / "SegmentationClassNpy").mkdir(exist_ok=True)
    np.save(folder / f"SegmentationClassNpy/{index}.npy", mask)
    palette = Image.fromarray(mask.astype(np.uint8), mode="P")
    palette.putpalette(imgviz.label_colormap().flatten())
    palette.save(folder / f"SegmentationClass/{index}.png")


def datumaro_set(labels: list[str], with_masks: bool, labeled_only: bool = False):
    import datumaro as dm

    items = []
    for index in range(LABELED if labeled_only else COUNT):
        annotations = []
        for number, (name, points) in enumerate(polygons(index) if index < LABELED else []):
            label = [known.lower() for known in labels].index(name.lower())
            if with_masks:
                drawn = Image.new("L", (WIDTH, HEIGHT))
                from PIL import ImageDraw
                ImageDraw.Draw(drawn).polygon([tuple(point) for point in points], fill=1)
                annotations.append(dm.Mask(np.array(drawn, dtype=bool), label=label, group=number + 1, id=number + 1))
            else:
                flat = [value for point in points for value in point]
                annotations.append(dm.Polygon(flat, label=label, group=number + 1, id=number + 1))
        items.append(dm.DatasetItem(id=f"frame {index}", subset="default", media=dm.Image.from_numpy(photo(index)),
                                    annotations=annotations))
    return dm.Dataset.from_iterable(items, categories=labels)


def make_datumaro(out: Path) -> None:
    from collections import OrderedDict

    # in lower case: the exporter sorts the names, and paints what no mask covers in the colour of the first
    label_map = OrderedDict([("background", [(0, 0, 0), [], []]), ("cat", [(48, 112, 32), [], []]),
                             ("dog", [(176, 112, 32), [], []])])
    masks = datumaro_set(["background", "cat", "dog"], True)
    masks.export(str(out / "cvat-mask"), "voc_segmentation", save_media=True, apply_colormap=True, label_map=label_map)
    for folder, name in [("coco", "coco_instances"), ("cvat-xml", "cvat"), ("datumaro", "datumaro")]:
        datumaro_set(CLASSES, False).export(str(out / folder), name, save_media=True)
    for folder, name in [("camvid", "camvid"), ("cityscapes", "cityscapes"), ("kitti", "kitti_segmentation")]:
        colored = datumaro_set(["background", "cat", "dog"], True, labeled_only=True)
        colored.export(str(out / folder), name, save_media=True, label_map=OrderedDict(
            (label, color) for label, (color, *_) in label_map.items()))


def make_yolo(out: Path) -> None:
    import supervision as sv

    coco = out / "coco"
    [annotations] = (coco / "annotations").glob("instances_*.json")
    [photos] = (coco / "images").iterdir()
    read = sv.DetectionDataset.from_coco(str(photos), str(annotations), force_masks=True)
    folder = out / "yolo"
    read.as_yolo(str(folder / "train/images"), str(folder / "train/labels"), str(folder / "data.yaml"))


def make_label_studio(out: Path) -> None:
    from label_studio_sdk.converter import Converter, brush
    from PIL import ImageDraw

    common = {"from_name": "label", "to_name": "image", "original_width": WIDTH, "original_height": HEIGHT,
              "image_rotation": 0}
    tasks = []
    for index in range(COUNT):
        results = []
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        for number, (name, points) in enumerate(polygons(index) if index < LABELED else []):
            drawn = Image.new("L", (WIDTH, HEIGHT))
            ImageDraw.Draw(drawn).polygon([tuple(point) for point in points], fill=255)
            mask[np.array(drawn) > 0] = number + 1
            if index % 2 == 0:
                value = {"format": "rle", "rle": brush.mask2rle(np.array(drawn)), "brushlabels": [name]}
                results.append({"type": "brushlabels", "value": value, **common})
            else:
                percent = [[100 * x / WIDTH, 100 * y / HEIGHT] for x, y in points]
                value = {"points": percent, "closed": True, "polygonlabels": [name]}
                results.append({"type": "polygonlabels", "value": value, **common})
        made = [{"id": index + 1, "completed_by": 1, "was_cancelled": False, "result": results}] if results else []
        tasks.append({"id": index + 1, "data": {"image": f"/data/upload/1/0a1b2c3d-{index}.jpg"}, "annotations": made})
        if results:
            write_mask(out / "expected/studio-json" / f"{index}.png", mask)
    folder = out / "studio-json"
    write_photos(folder, [f"{index}.jpg" for index in range(COUNT)])
    (folder / "project-1.json").write_text(json.dumps(tasks))
    polygons_alone = [task for task in tasks if task["annotations"]
                      and task["annotations"][0]["result"][0]["type"] == "polygonlabels"]
    (out / "studio-polygons.json").write_text(json.dumps(polygons_alone))
    config = ('<View><Image name="image" value="$image"/><PolygonLabels name="label" toName="image"><Label value="Cat"/>'
              '<Label value="Dog"/></PolygonLabels></View>')
    yolo = out / "studio-yolo"
    converter = Converter(config=config, project_dir=str(folder), download_resources=False)
    converter.convert(str(out / "studio-polygons.json"), str(yolo), "YOLO", is_dir=False)
    stems = sorted(path.stem for path in (yolo / "labels").glob("*.txt"))
    write_photos(yolo / "images", [f"{stem}.jpg" for stem in stems])


def make_coco_rle(out: Path) -> None:
    from pycocotools import mask as tool
    from pycocotools.coco import COCO

    folder = out / "coco-rle"
    write_photos(folder / "images", [f"{i}.jpg" for i in range(COUNT)])
    annotations = []
    for index in range(LABELED):
        for number, (name, points) in enumerate(polygons(index)):
            flat = [value for point in points for value in point]
            [runs] = tool.frPyObjects([flat], HEIGHT, WIDTH)
            packed = {"size": runs["size"], "counts": runs["counts"].decode()}
            columns = tool.decode(runs).flatten(order="F")
            edges = np.flatnonzero(np.diff(np.concatenate([[0], columns]))).tolist()
            lengths = np.diff([0, *edges, columns.size]).tolist()
            segmentation = [[flat], packed, {"size": [HEIGHT, WIDTH], "counts": lengths}][index % 3]
            annotations.append({"id": len(annotations) + 1, "image_id": index, "category_id": 3 + 4 * CLASSES.index(name),
                                "segmentation": segmentation, "iscrowd": int(index % 3 == 2),
                                "area": float(tool.area(runs)), "bbox": tool.toBbox(runs).tolist()})
    text = {"images": [{"id": i, "file_name": f"{i}.jpg", "width": WIDTH, "height": HEIGHT} for i in range(COUNT)],
            "annotations": annotations, "categories": [{"id": 3, "name": "Cat"}, {"id": 7, "name": "Dog"}]}
    path = folder / "annotations/instances_default.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(text))
    coco = COCO(str(path))
    for index in range(LABELED):
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        for annotation in coco.loadAnns(coco.getAnnIds([index])):
            mask[coco.annToMask(annotation) > 0] = [3, 7].index(annotation["category_id"]) + 1
        write_mask(out / "expected/coco-rle" / f"{index}.png", mask)


if __name__ == "__main__":
    out = Path(sys.argv[1])
    make_labelme(out)
    make_datumaro(out)
    make_coco_rle(out)
    make_yolo(out)
    make_label_studio(out)

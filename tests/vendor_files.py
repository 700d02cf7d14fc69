"""Small files of instruments and other programs, written by the conventions of their formats."""

import io
import json
import struct
from pathlib import Path

import h5py
import hdf5plugin
import numpy as np
import tifffile
from PIL import Image


def write_merlin(path: Path, stack: np.ndarray, quad: bool = False, raw: bool = False, columns: int = 0):
    """Write a .mib file of Merlin detectors: a text header before each pattern, the last row first.

    The first pattern of each of the rows of ``columns`` positions comes late, as after the flyback.
    """
    size = 768 if quad else 384
    height, width = stack.shape[1:]
    kind = "R64" if raw else f"U{8 * stack.dtype.itemsize:02d}"
    seconds = np.arange(len(stack)) + (5 * (np.arange(len(stack)) // columns) if columns else 0)
    with path.open("wb") as file:
        for number, (pattern, second) in enumerate(zip(stack, seconds, strict=True), start=1):
            moment = f"2024-05-07T15:{second // 60:02d}:{second % 60:02d}.000000000Z"
            header = f"MQ1,{number:06d},{size:05d},{4 if quad else 1:02d},{width:04d},{height:04d},{kind},"
            header += f"{'2x2' if quad else '1x1':>6},01,{moment},0.001,0,0,0,MQ1A,{moment},1000000ns,12,"
            file.write(header.encode().ljust(size, b"\0"))
            file.write(pattern[::-1].astype(stack.dtype.newbyteorder(">")).tobytes())


def write_merlin_header(path: Path, frames: int, columns: int):
    """Write the .hdr file beside a .mib file."""
    lines = [
        "HDR,\t",
        f"Frames in Acquisition (Number):\t{frames}",
        f"Frames per Trigger (Number):\t{columns}",
        "End\t",
    ]
    path.write_text("\n".join(lines))


def write_digital_micrograph(path: Path, patterns: np.ndarray, scales: list[float], units: list[str]):
    """Write a .dm3 or .dm4 file; scales and units are in the order of the array's axes."""
    version = int(path.suffix[-1])
    dimensions = [
        {"Origin": 0.0, "Scale": scale, "Units": unit}
        for scale, unit in zip(scales[::-1], units[::-1], strict=True)
    ]
    brightness = {"Origin": 0.0, "Scale": 1.0, "Units": ""}
    image = {
        "ImageData": {
            "Calibrations": {"Brightness": brightness, "Dimension": dimensions},
            "Data": patterns,
            "DataType": {"u1": 6, "u2": 10, "i2": 1, "i4": 7, "f4": 2}[patterns.dtype.str[1:]],
            "Dimensions": [int(size) for size in patterns.shape[::-1]],
        },
        "ImageTags": {"Microscope Info": {"Voltage": 200e3, "STEM Camera Length": 230.0}},
        "Name": "dummy",
    }
    root = _tags({"ImageList": [image]}, version)
    long = ">q" if version == 4 else ">l"
    path.write_bytes(struct.pack(">l", version) + struct.pack(long, len(root)) + struct.pack(">l", 1) + root)


def _tags(tree: dict | list, version: int) -> bytes:
    long = ">q" if version == 4 else ">l"
    items = tree.items() if isinstance(tree, dict) else (("", item) for item in tree)
    content = b"".join(_tag(name, item, version) for name, item in items)
    return struct.pack(">bb", 1, 0) + struct.pack(long, len(tree)) + content


def _tag(name: str, item, version: int) -> bytes:
    long = ">q" if version == 4 else ">l"
    group = isinstance(item, dict | list)
    start = struct.pack(">bh", 20 if group else 21, len(name)) + name.encode()
    content = _tags(item, version) if group else _value(item, long)
    if group and version == 4:  # the size stands behind the two flags
        return start + content[:2] + struct.pack(long, len(content)) + content[2:]
    return start + (struct.pack(long, len(content)) if version == 4 else b"") + content


def _value(item, long: str) -> bytes:
    if isinstance(item, int | float):
        kind, packed = (3, struct.pack("<l", item)) if isinstance(item, int) else (7, struct.pack("<d", item))
        info = (1, kind)
    else:
        array = np.frombuffer(item.encode("utf-16-le"), "<u2") if isinstance(item, str) else item
        kind = {"u1": 10, "u2": 4, "i2": 2, "i4": 3, "f4": 6}[array.dtype.str[1:]]
        info, packed = (3, 20, kind, array.size), array.tobytes()
    return b"%%%%" + b"".join(struct.pack(long, number) for number in info) + packed


def write_empad(path: Path, patterns: np.ndarray):
    """Write the .xml of the EMPAD detector and its .raw; two more lines follow each pattern of 128 lines."""
    rows, columns = patterns.shape[:2]
    raw = path.with_name(f"scan_x{columns}_y{rows}.raw")
    np.pad(patterns, [(0, 0), (0, 0), (0, 2), (0, 0)]).astype("<f4").tofile(raw)
    path.write_text(
        f'<?xml version="1.0"?><root><raw_file filename="{raw.name}"/><pix_x>{columns}</pix_x>'
        f"<pix_y>{rows}</pix_y><iom_measurements><calibrated_pixelsize>2e-10</calibrated_pixelsize>"
        f"<optics><get_full_scan_field_of_view>[{2e-9 * rows}, {2e-9 * columns}]"
        "</get_full_scan_field_of_view></optics></iom_measurements></root>"
    )


def write_mrc(path: Path, stack: np.ndarray):
    """Write an .mrc file; the pixel is 0.2 nm."""
    count, height, width = stack.shape
    mode = {"u1": 0, "i2": 1, "f4": 2, "u2": 6}[stack.dtype.str[1:]]
    sides = (2.0 * width, 2.0 * height, 2.0 * count)
    header = struct.pack(
        "<10l6f", width, height, count, mode, 0, 0, 0, width, height, count, *sides, 90, 90, 90
    )
    path.write_bytes(header.ljust(1024, b"\0") + stack.tobytes())


def write_direct_electron(path: Path, patterns: np.ndarray):
    """Write a movie of Direct Electron detectors (``*_movie.mrc``) and its ``*_info.txt``."""
    rows, columns, height, width = patterns.shape
    write_mrc(path, patterns.reshape(-1, height, width))
    info = {
        "Instrument Project TEMorSTEM Mode": 1,
        "Scan - Enable": "Enable",
        "Scan - Type": "Raster",
        "Scan - Size X": columns,
        "Scan - Size Y": rows,
        "Image Size X (pixels)": width,
        "Image Size Y (pixels)": height,
        "Specimen Pixel Size X (nanometers)": 2.5,
        "Specimen Pixel Size Y (nanometers)": 2.5,
    }
    text = "\n".join(f"{name} = {value}" for name, value in info.items())
    path.with_name(path.name.replace("movie.mrc", "info.txt")).write_text(text)


def write_tia(path: Path, stack: np.ndarray):
    """Write a .ser file of TIA: a series of images of 16 bits, the last row first."""
    count, height, width = stack.shape
    tag_type, image_type = 0x4152, 0x4122
    unit, description = b"", b"Number"
    dimension = struct.pack("<Lddl", count, 0, 1, 0) + struct.pack("<L", len(description)) + description
    dimension += struct.pack("<L", len(unit)) + unit
    begin = 30 + len(dimension)
    element = 50 + 2 * height * width
    data = begin + 8 * count
    offsets = [data + number * (element + 8) for number in range(count)]
    tags = [offset + element for offset in offsets]
    header = struct.pack("<HHHLLLLLL", 0x4949, 0x0197, 0x0210, image_type, tag_type, count, count, begin, 1)
    with path.open("wb") as file:
        file.write(header + dimension + np.array(offsets + tags, "<u4").tobytes())
        for pattern in stack:
            file.write(struct.pack("<ddlddlHLL", 0, 1e8, 0, 0, 1e8, 0, 2, width, height))
            file.write(pattern[::-1].astype("<u2").tobytes() + struct.pack("<HHL", tag_type, 0, 0))


def write_velox(path: Path, stack: np.ndarray):
    """Write an .emd file of Velox with a series of camera images, 0.2 1/nm per pixel."""
    metadata = {
        "BinaryResult": {
            "PixelSize": {"width": "2e8", "height": "2e8"},
            "PixelUnitX": "1/m",
            "Offset": {"x": "0", "y": "0"},
            "Detector": "Ceta",
            "DetectorIndex": "0",
        },
        "Core": {},
        "Scan": {"FrameTime": "0.1"},
        "Acquisition": {"AcquisitionStartDatetime": {"DateTime": "1700000000"}},
        "Detectors": {"Detector-0": {"DetectorName": "Ceta", "ExposureTime": "0.1"}},
        "Instrument": {"InstrumentModel": "dummy"},
        "Optics": {"AccelerationVoltage": "200000", "CameraLength": "0.2"},
        "Stage": {},
    }
    text = np.frombuffer(json.dumps(metadata).encode(), np.uint8)
    with h5py.File(path, "w") as file:
        file["Version"] = [np.bytes_(json.dumps({"format": "Velox", "version": "1.11"}))]
        image = file.create_group("Data/Image/00000000000000000000000000000000")
        image.create_dataset("Data", data=np.moveaxis(stack, 0, -1), chunks=(*stack.shape[1:], 1))
        image["Metadata"] = np.repeat(text[:, None], len(stack), axis=1)


def write_arina(path: Path, stack: np.ndarray, files: int = 2):
    """Write the master file of an Arina detector, ``*_master.h5``, and its data files."""
    base = path.name.removesuffix("_master.h5")
    with h5py.File(path, "w") as master:
        master.create_group("entry").attrs["NX_class"] = "NXentry"
        data = master["entry"].create_group("data")
        for number, part in enumerate(np.array_split(stack, files), start=1):
            name = f"{base}_data_{number:06d}.h5"
            with h5py.File(path.with_name(name), "w") as file:
                file.create_dataset(
                    "entry/data/data", data=part, chunks=(1, *part.shape[1:]), **hdf5plugin.Bitshuffle()
                )
            data[f"data_{number:06d}"] = h5py.ExternalLink(name, "/entry/data/data")


def write_arina_metadata(path: Path, step: float):
    """Write the file beside a master file that tells the step, nm."""
    with h5py.File(path, "w") as file:
        file.create_group("STEM Metadata").attrs["Pixel Size"] = [step]


def write_py4dstem(path: Path, patterns: np.ndarray):
    """Write a data cube as py4DSTEM 0.14 does (EMD 1.0): steps of 2 nm, pixels of 0.02 1/Å."""
    with h5py.File(path, "w") as file:
        version = {"emd_group_type": "file", "version_major": 1, "version_minor": 0}
        file.attrs.update(version, authoring_program="py4DSTEM")
        root = file.create_group("datacube_root")
        root.attrs["emd_group_type"] = "root"
        cube = root.create_group("datacube")
        cube.attrs.update({"emd_group_type": "array", "python_class": "DataCube"})
        cube.create_dataset("data", data=patterns)
        for number, (step, unit) in enumerate([(2.0, "nm")] * 2 + [(0.02, "A^-1")] * 2):
            axis = cube.create_dataset(f"dim{number}", data=step * np.arange(2))
            axis.attrs.update({"name": "RxRyQxQy"[2 * number : 2 * number + 2], "units": unit})


def write_old_py4dstem(path: Path, patterns: np.ndarray):
    """Write a data cube as py4DSTEM 0.13 and earlier did."""
    with h5py.File(path, "w") as file:
        root = file.create_group("4DSTEM_experiment")
        root.attrs.update({"emd_group_type": 2, "version_major": 0, "version_minor": 13})
        cube = root.create_group("data/datacubes/datacube_0")
        cube.attrs["emd_group_type"] = 1
        cube.create_dataset("data", data=patterns)
        for number, (step, unit) in enumerate([(2.0, "[nm]")] * 2 + [(0.02, "[A^-1]")] * 2, start=1):
            axis = cube.create_dataset(f"dim{number}", data=step * np.arange(2))
            axis.attrs.update({"name": f"axis {number}", "units": unit})


def write_topspin(path: Path, patterns: np.ndarray):
    """Write an .app5 file of TopSpin with one scan: steps of 2 nm, pixels of 0.001 rad."""
    scan = "11111111-2222-3333-4444-555555555555"
    side = "<{0}><Offset>0</Offset><Scale>0.001</Scale><Type><Index>2</Index><Text>Angle</Text></Type></{0}>"
    with h5py.File(path, "w") as file:
        file["Metadata"] = np.bytes_("<Metadata><Id>dummy</Id><Title>dummy</Title></Metadata>")
        for number, (row, column) in enumerate(np.ndindex(patterns.shape[:2])):
            group = file.create_group(f"{scan}/{number}")
            group["Data"] = patterns[row, column]
            place = f"<Value><X>{2e-9 * column}</X><Y>{2e-9 * row}</Y></Value>"
            group["Metadata"] = np.bytes_(
                f"<Metadata><Calibration>{side.format('X')}{side.format('Y')}</Calibration>"
                f"<Metadata><Item><Name>RequestedBeamPosition</Name>{place}</Item></Metadata></Metadata>"
            )


def write_prz(path: Path, patterns: np.ndarray, compressed: bool):
    """Write a .prz file of Panta Rhei."""
    metadata = {"type": "4D", "content.types": ["CameraX", "CameraY", "ScanX", "ScanY"]}
    scales = [{"unit": "1/nm", "value": 0.2, "offset": 0.0}] * 2 + [
        {"unit": "nm", "value": 2.0, "offset": 0.0}
    ] * 2
    metadata["device.calib"] = scales
    buffer = io.BytesIO()
    save = np.savez_compressed if compressed else np.savez
    save(buffer, data=patterns, meta_data_json=json.dumps([metadata]), file_format_version=2)
    path.write_bytes(buffer.getvalue())


def write_image(path: Path, pattern: np.ndarray):
    """Write one pattern as a picture, such as a .png."""
    Image.fromarray(pattern).save(path)


def write_pages(path: Path, stack: np.ndarray, compression: str | None = None):
    """Write a .tif file page by page, each as an image of its own."""
    with tifffile.TiffWriter(path) as file:
        for pattern in stack:
            file.write(pattern, contiguous=False, compression=compression)

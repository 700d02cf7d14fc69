"""Training and prediction of each network at 128 pixels on each backend, against the same network in PyTorch.

The peers are timm's Swin-T and DenseNet-121, and the CNN written in torch, each in float32 and with bfloat16
autocast, in torch's two layouts of memory. Each measurement is a process of its own, in turn with the others.
"""

import itertools
import json
import os
import subprocess
import sys
import time

PIXELS = 128
BATCH = {"cnn": 64, "densenet": 64, "swin": 32}
BATCHES = {"cnn": 12, "densenet": 4, "swin": 6}
ROUNDS = 1
BACKENDS = ("tensorflow", "torch", "jax")
PRECISIONS = ("float32", "bfloat16")
LAYOUTS = ("contiguous", "channels_last")


def rate(work, patterns: int) -> float:
    """Return patterns a second, the better of two runs after one that warms up."""
    work()
    best = 0.0
    for _ in range(2):
        start = time.perf_counter()
        work()
        best = max(best, patterns / (time.perf_counter() - start))
    return best


def ours(arch: str, precision: str) -> dict[str, float]:
    """Measure our network on the backend of this process, fed by our pipeline with counts in memory."""
    import numpy as np

    from keras_stem.networks.build import build_model
    from keras_stem.pipeline.dataset import shuffled_patterns

    size = BATCH[arch]
    count = size * BATCHES[arch]
    rng = np.random.default_rng(0)
    source = Patterns(rng.poisson(5, (count, PIXELS, PIXELS)).astype(np.uint16))
    positions = np.arange(count)
    batches, _ = shuffled_patterns(source, positions, rng.random((count, 3)), size, seed=0)
    network = build_model(arch, (PIXELS, PIXELS, 1), 3, precision)
    network.compile("adam", "huber")
    seconds = epoch_seconds(network, batches)
    counts = source.read(positions)[..., None]

    def predict():
        network.predict(counts.astype(np.float32), batch_size=size, verbose=0)

    return {"train": count / seconds, "predict": rate(predict, count)}


class Patterns:
    """Counts (n, H, W) in memory as a source of the pipeline."""

    def __init__(self, counts):
        self._counts = counts
        self.shape, self.dtype, self.chunk = counts.shape[1:], counts.dtype, 64

    def chunk_of(self, positions):
        """Return the number of the chunk of each position."""
        return positions // self.chunk

    def read(self, positions):
        """Return the counts at positions."""
        return self._counts[positions]


def epoch_seconds(network, batches) -> float:
    """Return the seconds of an epoch amid a training: the better of two, after one that compiles."""
    import keras

    starts: list[float] = []
    clock = keras.callbacks.LambdaCallback(on_epoch_begin=lambda *_: starts.append(time.perf_counter()))
    network.fit(batches, epochs=4, callbacks=[clock], verbose=0)
    return min(starts[2] - starts[1], starts[3] - starts[2])


def theirs(arch: str, precision: str, layout: str) -> dict[str, float]:
    """Measure the network in plain PyTorch."""
    import torch

    layout = getattr(torch, "contiguous_format" if layout == "contiguous" else layout)
    network = torch_cnn() if arch == "cnn" else timm_network(arch)
    network.to(memory_format=layout)
    size = BATCH[arch]
    count = size * BATCHES[arch]
    patterns = torch.rand(count, 1, PIXELS, PIXELS).to(memory_format=layout)
    targets = torch.rand(count, 3)
    optimizer = torch.optim.Adam(network.parameters())

    def autocast():
        return torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16")

    def train():
        network.train()
        for first in range(0, count, size):
            with autocast():
                found = network(patterns[first : first + size])
            loss = torch.nn.functional.huber_loss(found.float(), targets[first : first + size])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    def predict():
        network.eval()
        with torch.inference_mode(), autocast():
            for first in range(0, count, size):
                network(patterns[first : first + size])

    return {"train": rate(train, count), "predict": rate(predict, count)}


def torch_cnn():
    """Return the paper's CNN as our default has it."""
    from torch import nn

    flat = (PIXELS // 4) ** 2 * 64
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(flat, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 3)),
    )


def timm_network(arch: str):
    """Return timm's network; its torchvision needs no compiled extension once its operators are declared."""
    import torch

    library = torch.library.Library("torchvision", "FRAGMENT")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import timm

    if arch == "densenet":
        return timm.create_model("densenet121", num_classes=3, in_chans=1)
    return timm.create_model("swin_tiny_patch4_window7_224", img_size=PIXELS, num_classes=3, in_chans=1)


def measured(backend: str, *arguments: str) -> dict[str, float]:
    """Run one measurement in a process of its own."""
    environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, __file__, *arguments]
    printed = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(printed.splitlines()[-1])


def compare(arch: str, backends: list[str]) -> None:
    """Print all rates of a network, and the ratios of the best."""
    ways = [("ours", *pair) for pair in itertools.product(backends, PRECISIONS)]
    ways += [("PyTorch", *pair) for pair in itertools.product(PRECISIONS, LAYOUTS)]
    best: dict[tuple[str, ...], dict[str, float]] = {}
    for _, way in itertools.product(range(ROUNDS), ways):
        if way[0] == "ours":
            found = measured(way[1], "ours", arch, way[2])
        else:
            found = measured("torch", "theirs", arch, *way[1:])
        before = best.setdefault(way, found)
        best[way] = {name: max(value, before[name]) for name, value in found.items()}
    for way, rates in best.items():
        print(f"{arch:9} {' '.join(way):30} train {rates['train']:6.1f}/s  predict {rates['predict']:6.1f}/s")
    for name in ("train", "predict"):
        mine, peer = (
            max(best[way][name] for way in best if way[0] == whose) for whose in ("ours", "PyTorch")
        )
        print(f"{arch} {name}: {mine / peer:.2f} of PyTorch's best (goal 1.0)", flush=True)


def main() -> None:
    match sys.argv[1:]:
        case ["ours", arch, precision]:
            print(json.dumps(ours(arch, precision)))
        case ["theirs", arch, precision, layout]:
            print(json.dumps(theirs(arch, precision, layout)))
        case chosen:
            backends = [backend for backend in BACKENDS if backend in chosen]
            for arch in [arch for arch in BATCH if arch in chosen] or BATCH:
                compare(arch, backends or list(BACKENDS))


if __name__ == "__main__":
    main()

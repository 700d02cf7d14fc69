"""timm's Swin transformer as the reference of ours. Not a test itself."""

import importlib.util
import re

import numpy as np
import pytest

_declared = []


def import_timm():
    """Return timm, or skip the test.

    timm imports torchvision, which has no build for every torch. Without its compiled extension it imports
    only if the operators are declared that the extension would bring.
    """
    if importlib.util.find_spec("timm") is None or importlib.util.find_spec("torch") is None:
        pytest.skip("timm or torch is not installed")
    import torch

    if not _declared:
        library = torch.library.Library("torchvision", "FRAGMENT")
        _declared.append(library)
        for name in ("nms", "qnms"):
            if not hasattr(torch.ops.torchvision, name):
                library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import timm

    return timm


def timm_swin(pixels: int, channels: int = 3, seed: int = 0):
    """Return timm's Swin-T for a size of images, with random weights, biases and norms."""
    timm = import_timm()
    import torch

    torch.manual_seed(seed)
    model = timm.create_model(
        "swin_tiny_patch4_window7_224", img_size=pixels, num_classes=0, in_chans=channels
    ).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            spread = 0.1 if "bias" in name or "norm" in name else 0.02
            parameter.add_(spread * torch.randn_like(parameter))
    return model


def carry_over(reference, network) -> None:
    """Give our network the weights of timm's."""
    weights = {name: parameter.detach().numpy() for name, parameter in reference.named_parameters()}
    for variable in network.variables:
        if not variable.path.startswith("head"):
            array = weights[_timm_name(variable.path)]
            if variable.path.endswith("kernel"):
                array = array.transpose(2, 3, 1, 0) if array.ndim == 4 else array.T
            variable.assign(np.ascontiguousarray(array))


def _timm_name(path: str) -> str:
    path = re.sub(r"stage_(\d)_blocks_(\d)/", r"layers/\1/blocks/\2/", path)
    path = re.sub(r"stage_(\d)_downsample/", lambda found: f"layers/{int(found[1]) + 1}/downsample/", path)
    for ours, theirs in (
        ("patch_projection/", "patch_embed/proj/"),
        ("patch_norm/", "patch_embed/norm/"),
        ("attention_projection", "proj"),
        ("attention_qkv", "qkv"),
        ("fc1/", "mlp/fc1/"),
        ("fc2/", "mlp/fc2/"),
        ("kernel", "weight"),
        ("gamma", "weight"),
        ("beta", "bias"),
    ):
        path = path.replace(ours, theirs)
    return path.replace("/", ".")

"""A SenseVoice model of a few kilobytes, for the code that loads and drives real ones.

Nobody trained it: it says 路 for a frame louder than before and nothing for others, so that what comes out
depends on the sound. Inputs, output and metadata are those of the released models.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SYMBOLS = ("<blank>", "<s>", "</s>", "<unk>", "路", "灯", "。")
FEATURES = 560
METADATA = {
    "model_type": "sense_voice_ctc",
    "lfr_window_size": "7",
    "lfr_window_shift": "6",
    "normalize_samples": "0",
    "vocab_size": str(len(SYMBOLS)),
    "with_itn": "14",
    "without_itn": "15",
    **{f"lang_{name}": str(i) for i, name in enumerate(("auto", "zh", "en", "ja", "ko", "yue"))},
    "neg_mean": ",".join(["0"] * FEATURES),
    "inv_stddev": ",".join(["1"] * FEATURES),
    "comment": "tiny",
}


def write(folder: Path) -> Path:
    """The model in `folder`, which is made; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokens.txt").write_text(
        "".join(f"{symbol} {number}\n" for number, symbol in enumerate(SYMBOLS)), encoding="utf-8"
    )
    onnx.save(_model(), folder / "model.int8.onnx")
    return folder


def _model() -> onnx.ModelProto:
    # Four frames of tags come first, as SenseVoice's do; then one score a frame: loud frames say 路, others blank.
    weights = np.zeros((FEATURES, len(SYMBOLS)), dtype=np.float32)
    weights[:, 4] = 1 / FEATURES
    bias = np.zeros(len(SYMBOLS), dtype=np.float32)
    bias[0] = 12.0
    tags = np.zeros((1, 4, len(SYMBOLS)), dtype=np.float32)
    tags[0, range(4), (1, 2, 3, 1)] = 1.0
    nodes = [
        helper.make_node("MatMul", ["x", "weights"], ["scores"]),
        helper.make_node("Add", ["scores", "bias"], ["frames"]),
        helper.make_node("Concat", ["tags", "frames"], ["logits"], axis=1),
    ]
    inputs = [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", "T", FEATURES]),
        *(
            helper.make_tensor_value_info(n, TensorProto.INT32, ["N"])
            for n in ("x_length", "language", "text_norm")
        ),
    ]
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", "T2", len(SYMBOLS)])
    constants = [
        numpy_helper.from_array(array, name)
        for name, array in (("weights", weights), ("bias", bias), ("tags", tags))
    ]
    graph = helper.make_graph(nodes, "tiny", inputs, [output], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(model, METADATA)
    return model

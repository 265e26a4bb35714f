"""Summaries that a language model writes, from a local folder or the hub. Nothing here is trusted: see faithfulness.py.

Needs the extra `broadsheet[torch]`, imported only when a model is asked. Any sequence-to-sequence or causal model that
transformers loads will do, and a GGUF file where the package `gguf` is installed. No code of a model runs.
"""

import hashlib
import logging
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from broadsheet.inference.engine import revision
from broadsheet.inference.torch_engine import check_setting, revision_on
from broadsheet.settings import Device, Settings

log = logging.getLogger(__name__)

PROMPT = (
    "Summarize the news article below in {count} short sentences. Use only what it says, in its own words. "
    "Write the sentences and nothing else.\n\n"
)
MAX_NEW_TOKENS = 160  # four sentences of news; what is cut off in the middle, the lock drops
MAX_INPUT_TOKENS = 4096  # an article of 3,000 words; whatever window the model claims, more costs minutes on a CPU
USUAL_WINDOW = 1024  # tokens, for models that do not say theirs

_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_FILES = ("*.safetensors", "*.json", "*.model", "*.txt", "*.jinja")
_WEIGHTS = ("*.safetensors", "*.gguf", "pytorch_model*.bin")
_SETTINGS = (
    "config.json",
    "tokenizer*",
    "special_tokens_map.json",
    "chat_template*",
    "vocab*",
    "merges.txt",
    "*.model",
)
_HERE = "\u2063"  # an invisible separator that no chat template writes itself
_UNSAID = 1_000_000  # tokenizers without a limit claim 10^30


class SummarizerError(ValueError):
    """The model of the setting `summarizer` cannot be used; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class _Fitted:
    """An input as tokens, cut after a sentence where the window ends.

    Attributes:
        ids: token ids, special ones included.
        sentences: how many of the text's sentences are in it.
        is_whole: whether that is all of them.
    """

    ids: list[int]
    sentences: int
    is_whole: bool


class Summarizer:
    """A generative model: greedy, on one text at a time, so that a summary depends on nothing but its text.

    Attributes:
        task: what the cache files results under.
        max_new_tokens: length of an output at most, in tokens.
    """

    task = "summary"

    def __init__(
        self, source: str, *, count: int = 3, max_new_tokens: int = MAX_NEW_TOKENS, device: Device | None = None
    ) -> None:
        """Point at a model. Nothing is loaded before the first text.

        Args:
            source: folder of a model, path of a .gguf file, or hub id (`owner/name`), downloaded where it is not local.
            count: how many sentences to ask for, at least 1.
            max_new_tokens: length of an output at most, in tokens.
            device: where it runs; Settings.device where None.
        """
        self._source = source
        self._given_device = device
        self._count = count
        self.max_new_tokens = max_new_tokens

    def __getstate__(self) -> dict[str, Any]:
        """What a copy for another process takes along: how it was made. It reads revision and weights itself."""
        kept = {name: getattr(self, name) for name in ("_source", "_count", "max_new_tokens")}
        return {**kept, "_given_device": self._device}

    @cached_property
    def model_id(self) -> str:
        """The hub id, or the name of the folder or file; never its path, which tells about the machine."""
        path = Path(self._source).expanduser()
        return (path.resolve().name if path.exists() else self._source) or self._source

    @cached_property
    def model_revision(self) -> str:
        """Revision of weights, tokenizer, prompt and length, 12 hexadecimal digits; and -bf16 where rounded to that."""
        folder, name = self._place
        patterns = (name,) if name else (*_WEIGHTS, *_SETTINGS)
        files = sorted({path for pattern in patterns for path in folder.glob(pattern) if path.is_file()})
        settings = f"{revision(*files)}|{PROMPT}|{self._count}|{self.max_new_tokens}|{MAX_INPUT_TOKENS}|greedy"
        return revision_on(self._device, hashlib.sha256(settings.encode()).hexdigest()[:12])

    def check(self) -> None:
        """Tell early what would keep the model from loading.

        Raises:
            SummarizerError: torch is missing, or there is no model at the source.
        """
        _, gguf = self._place
        for package, remedy in (("torch", "'broadsheet[torch]'"), ("gguf", "gguf accelerate")):
            if (gguf or package == "torch") and find_spec(package) is None:
                raise SummarizerError(f"the summarizer {self.model_id} needs {package}: pip install {remedy}")

    def generate(self, texts: Sequence[str]) -> list[str]:
        """One summary a text, as the model wrote it.

        Args:
            texts: articles, one sentence a line. What does not fit the model's window is cut after a sentence, and the
                log tells how often.

        Returns:
            What was written, in the order of the texts; it may be empty, cut off or untrue.

        Raises:
            SummarizerError: torch is missing, or there is no usable model at the source.
            DeviceError: the device is not there.
        """
        written, cut = [], 0
        for text in texts:
            fitted = self._fit([line for line in text.split("\n") if line.strip()])
            cut += not fitted.is_whole
            written.append(self._write(fitted.ids))
        if cut:
            log.warning("%s: %d of %d articles did not fit the window and were cut", self.model_id, cut, len(texts))
        return written

    @cached_property
    def _device(self) -> Device:
        return self._given_device or Settings.load().device

    @cached_property
    def _place(self) -> tuple[Path, str | None]:
        """Folder of the model, and the file in it where it is a GGUF."""
        path = Path(self._source).expanduser()
        if path.is_file() and path.suffix == ".gguf":
            return path.parent, path.name
        if not path.exists() and _HUB_ID.fullmatch(self._source):
            path = _snapshot(self._source)
        if not path.is_dir():
            raise SummarizerError(
                f"no model at {self._source}: no such folder, .gguf file or hub id; BROADSHEET_SUMMARIZER names it"
            )
        if not any(next(path.glob(pattern), None) for pattern in _WEIGHTS) or not (path / "config.json").is_file():
            raise SummarizerError(
                f"no model at {self._source}: it holds no config.json with .safetensors weights; BROADSHEET_SUMMARIZER "
                "names another"
            )
        return path, None

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        """Tokenizer and model."""
        folder, gguf = self._place
        self.check()
        check_setting(self._device)
        os.environ["HF_HUB_OFFLINE"] = "1"  # before the import, which reads it once; _snapshot has what it takes
        os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
        import torch
        import transformers

        transformers.utils.logging.disable_progress_bar()  # the command has its own
        options = {"trust_remote_code": False, "local_files_only": True, **({"gguf_file": gguf} if gguf else {})}
        try:
            config = transformers.AutoConfig.from_pretrained(folder, **options)
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **options)
            kind = (
                transformers.AutoModelForSeq2SeqLM
                if getattr(config, "is_encoder_decoder", False)
                else transformers.AutoModelForCausalLM
            )
            dtype = torch.bfloat16 if self._device == "cuda" else torch.float32
            model = kind.from_pretrained(folder, dtype=dtype, **options).eval()
            model.to("cpu" if self._device == "cpu" else "cuda")
        except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
            first = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise SummarizerError(f"the model at {self._source} does not load: {first}") from error
        return tokenizer, model

    @cached_property
    def _frame(self) -> tuple[list[int], list[int]]:
        """Token ids before and after the article: the only ones that may be special."""
        tokenizer, model = self._loaded
        prompt = PROMPT.format(count=self._count)
        if model.config.is_encoder_decoder:
            task = (getattr(model.config, "task_specific_params", None) or {}).get("summarization", {})
            before = tokenizer(task.get("prefix") or "", add_special_tokens=False)["input_ids"] if task else []
            first, last = _around(tokenizer)
            return [*first, *before], last
        if getattr(tokenizer, "chat_template", None):
            messages = [{"role": "user", "content": f"{prompt}{_HERE}"}]
            whole = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
            head, _, tail = whole.partition(_HERE)
            return _ids(tokenizer, head), _ids(tokenizer, tail)
        first, _ = _around(tokenizer)
        return [*first, *_ids(tokenizer, prompt)], _ids(tokenizer, "\n\nSummary:")

    def _fit(self, lines: Sequence[str]) -> _Fitted:
        """Put as many sentences between the frame's tokens as the window holds."""
        tokenizer, model = self._loaded
        head, tail = self._frame
        room = _window(tokenizer, model.config) - len(head) - len(tail)
        if not model.config.is_encoder_decoder:
            room -= self.max_new_tokens
        special = set(tokenizer.all_special_ids)
        inside: list[int] = []
        for count, line in enumerate(lines):
            # "<|im_end|>" on a page is text: it must not end a turn.
            found = tokenizer(f" {line}" if count else line, add_special_tokens=False, split_special_tokens=True)
            ids = [token for token in found["input_ids"] if token not in special]
            if len(inside) + len(ids) > room:
                inside = inside or ids[: max(0, room)]
                return _Fitted([*head, *inside, *tail], count, is_whole=False)
            inside += ids
        return _Fitted([*head, *inside, *tail], len(lines), is_whole=True)

    def _write(self, ids: list[int]) -> str:
        import torch
        from transformers import GenerationConfig

        tokenizer, model = self._loaded
        own = model.generation_config  # only its ids: what it says of sampling and beams would undo greediness
        names = ("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id", "forced_bos_token_id")
        kept = {name: getattr(own, name, None) for name in names}
        if kept["eos_token_id"] is None:
            kept["eos_token_id"] = tokenizer.eos_token_id
        if kept["pad_token_id"] is None:
            kept["pad_token_id"] = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else 0
        settings = GenerationConfig(do_sample=False, num_beams=1, max_new_tokens=self.max_new_tokens, **kept)
        fed = torch.tensor([ids], dtype=torch.long, device=model.device)
        with torch.inference_mode():
            made = model.generate(fed, attention_mask=torch.ones_like(fed), generation_config=settings)[0]
        new = made if model.config.is_encoder_decoder else made[len(ids) :]
        text: str = tokenizer.decode(new, skip_special_tokens=True)
        return text.strip()


def summarizer_of(source: str | None, count: int) -> Summarizer | None:
    """The model of the setting `summarizer`; None where summaries are extracted.

    Raises:
        SummarizerError: torch is missing, or there is no model at the source: told before any work is done.
    """
    if source is None:
        return None
    made = Summarizer(source, count=count)
    made.check()
    return made


def _ids(tokenizer: Any, text: str) -> list[int]:
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids


def _around(tokenizer: Any) -> tuple[list[int], list[int]]:
    """Ids that the tokenizer itself puts before and after a text."""
    bare, framed = _ids(tokenizer, "a"), list(tokenizer("a")["input_ids"])
    at = next((at for at in range(len(framed)) if framed[at : at + len(bare)] == bare), 0)
    return framed[:at], framed[at + len(bare) :]


def _window(tokenizer: Any, config: Any) -> int:
    """Tokens that the model takes at once."""
    names = ("max_position_embeddings", "n_positions", "max_source_positions")
    said = [getattr(config, name, None) for name in names] + [getattr(tokenizer, "model_max_length", None)]
    known = [value for value in said if isinstance(value, int) and 0 < value < _UNSAID]
    return min([*known, MAX_INPUT_TOKENS] if known else [USUAL_WINDOW])


def _snapshot(hub_id: str) -> Path:
    """Folder of a hub model, downloaded where it is not on this machine yet.

    In a process of its own: whether the hub is asked is settled when its library is imported, and here it is not.
    """
    script = (
        "import sys; from huggingface_hub import snapshot_download as get\n"
        "print(get(sys.argv[1], allow_patterns=sys.argv[2:]))"
    )
    base = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
    base["HF_HUB_DISABLE_TELEMETRY"] = "1"
    for environment in ({**base, "HF_HUB_OFFLINE": "1"}, base):
        done = subprocess.run(  # noqa: S603 - our own interpreter and script; the id is an argument, and matched
            [sys.executable, "-c", script, hub_id, *_FILES],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
        if done.returncode == 0:
            return Path(done.stdout.strip().splitlines()[-1])
    why = (done.stderr.strip() or "no reason given").splitlines()[-1]
    raise SummarizerError(
        f"no model at {hub_id}: it is no folder here, and the hub did not give it: {why}; see BROADSHEET_SUMMARIZER"
    )

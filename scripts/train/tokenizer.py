# The tokenizer: learns merges with the `tokenizers` library, encodes exactly as llama.cpp's `llama` (SentencePiece) tokenizer does.
import heapq
import re

from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

UNKNOWN, BEGIN, END, USER, ASSISTANT = range(5)
SPECIAL = ["<unk>", "<s>", "<|end|>", "<|user|>", "<|assistant|>"]
SPACE = "\u2581"
# No token crosses these pieces, so each can be encoded on its own. Digits stay single: numbers are then copied and compared digit by digit.
PIECE = SPACE + "*[A-Za-z]+|" + SPACE + "*[0-9]|" + SPACE + "*[^A-Za-z0-9" + SPACE + "]|" + SPACE + "+"


class Vocabulary:
    """Tokens in order: special, the 256 bytes, single characters, then merges from the most to the least frequent."""

    def __init__(self, normal: list[str], characters: int):
        self.tokens = SPECIAL + [f"<0x{b:02X}>" for b in range(256)] + normal
        self.first_normal = len(SPECIAL) + 256
        self.ids = {t: i for i, t in enumerate(self.tokens) if i >= self.first_normal}
        self.scores = [0.0] * self.first_normal + [-float(max(0, i - characters + 1)) for i in range(len(normal))]
        self.cache: dict[str, list[int]] = {}

    @staticmethod
    def of(tokens: list[str]) -> "Vocabulary":
        normal = tokens[len(SPECIAL) + 256 :]
        return Vocabulary(normal, sum(len(t) == 1 for t in normal))

    @staticmethod
    def learn(texts, size: int) -> "Vocabulary":
        characters = ["\n", SPACE] + [chr(c) for c in range(33, 127)]
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(PIECE), "isolated")
        room = size - len(SPECIAL) - 256
        trainer = trainers.BpeTrainer(vocab_size=room, initial_alphabet=characters, limit_alphabet=len(characters), show_progress=False)
        tokenizer.train_from_iterator((t.replace(" ", SPACE) for t in texts), trainer)
        merged = sorted((i, t) for t, i in tokenizer.get_vocab().items() if len(t) > 1)
        return Vocabulary(characters + [t for _, t in merged], len(characters))

    def encode(self, text: str) -> list[int]:
        out: list[int] = []
        for piece in re.findall(PIECE, text.replace(" ", SPACE)):
            ids = self.cache.get(piece)
            if ids is None:
                ids = self.cache[piece] = self._merge(piece)
            out.extend(ids)
        return out

    def _merge(self, piece: str) -> list[int]:
        """Joins the neighbours whose joint token has the best score, leftmost first, until none can be joined."""
        parts: list[str | None] = list(piece)
        after = list(range(1, len(parts))) + [-1]
        before = [-1] + list(range(len(parts) - 1))
        queue: list[tuple[float, int, int, str]] = []

        def offer(left: int, right: int):
            if left >= 0 and right >= 0:
                joint = parts[left] + parts[right]
                if joint in self.ids:
                    heapq.heappush(queue, (-self.scores[self.ids[joint]], left, right, joint))

        for i in range(len(parts) - 1):
            offer(i, i + 1)
        while queue:
            _, left, right, joint = heapq.heappop(queue)
            if parts[left] is None or parts[right] is None or parts[left] + parts[right] != joint or after[left] != right:
                continue
            parts[left], parts[right] = joint, None
            after[left] = after[right]
            if after[right] >= 0:
                before[after[right]] = left
            offer(before[left], left)
            offer(left, after[left])
        out: list[int] = []
        for part in parts:
            if part is None:
                continue
            if part in self.ids:
                out.append(self.ids[part])
            else:
                out.extend(len(SPECIAL) + b for b in part.encode())
        return out

    def dialogue(self, turns) -> tuple[list[int], list[float]]:
        """Tokens of a dialogue as the chat template writes it, and how much each counts as a target."""
        tokens, weights = [BEGIN], [0.0]
        for ask, answer in turns:
            asked, answered = self.encode(f" {ask}"), self.encode(answer)
            tokens += [USER, *asked, END, ASSISTANT, *answered, END]
            weights += [0.0, *([0.1] * len(asked)), 0.1, 0.0, *([1.0] * len(answered)), 1.0]
        return tokens, weights

"""What readers agree on, with torch or without: their files, and how much they read."""

WEIGHTS_FILE = "weights.safetensors"
TOKENIZER_FILE = "tokenizer.json"
# The members of the verifier, one file each.
MEMBER_FILES = "member-*.safetensors"
# Tokens of a text by itself, and of a pair of texts together.
TEXT_TOKENS = 192
PAIR_TOKENS = 224
# Texts, or pairs, that are read at once.
BATCH = 64

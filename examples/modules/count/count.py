import argparse
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--at_least", type=int, default=1)
parser.add_argument("--words", required=True)
parser.add_argument("--kept", required=True)
args = parser.parse_args()

words = Path(args.words).read_text().split()
kept = [word for word in words if len(word) >= args.at_least]
Path(args.kept).write_text("\n".join(kept) + "\n")
print(f"Kept {len(kept)} of {len(words)} words of at least {args.at_least} letters")

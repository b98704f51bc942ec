"""核对匠集资金托管证明 / Verify a Jiangji proof of escrow. Only Python's standard library, no network.

python3 verify_escrow.py proof.json [DATE.json, as anybody can download it at /trust/escrow/]
"""
import hashlib, json, sys

def digest(*parts):
    return hashlib.sha256("\n".join(str(part) for part in parts).encode()).hexdigest()

def require(fact, sentence):
    if not fact:
        raise ValueError(sentence)

def amount(value):  # whole fen, never negative: a negative sum could hide what is owed to others
    require(type(value) is int and value >= 0, f"{value} is not an amount / 不是金额")
    return value

def verify(proof, day):
    line = proof["line"]
    total = amount(line["amount_fen"])
    here = digest("leaf", line["salt"], line["account"], total)
    for step in proof["path"]:  # every node hashes both children, and the sum of each
        pair = [(here, total), (step["hash"], amount(step["sum_fen"]))]
        left, right = reversed(pair) if step["side"] == "left" else pair
        here, total = digest("node", *left, *right), left[1] + right[1]
    require(here == day["root"], "the line leads to another root / 算出的根与公布的不同")
    require(total == day["total_fen"], "the sums differ from the total / 合计与公布的不同")
    require(day["escrow"]["total_fen"] + day["balances"]["total_fen"] == total, "the parts differ / 分项不符")
    lines = day["escrow"]["lines"], day["balances"]["lines"]  # the chain ties all figures to the day before
    chain = digest("day", day["previous_chain"], day["day"], here, total, *lines, day["held_fen"], day["seal_chain"])
    require(chain == day["chain"], "the chain is broken / 链值不符")
    return f"OK {day['day']}: {line['account']} ¥{line['amount_fen'] / 100:.2f} / ¥{total / 100:.2f}, {here}"

if __name__ == "__main__":
    try:
        files = [json.load(open(name, encoding="utf-8")) for name in sys.argv[1:]]
        print(verify(files[0], files[-1] if len(files) > 1 else files[0]["published"]))
    except (LookupError, TypeError, ValueError, OSError) as problem:
        sys.exit(f"FAILED / 未通过: {problem!r}")

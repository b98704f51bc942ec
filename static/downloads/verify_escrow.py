"""核对匠集资金托管证明 / Verify a Jiangji proof of escrow. Only Python's standard library, no network.

python3 verify_escrow.py proof.json [DATE.json, as anybody can download it at /trust/escrow/]
"""
import hashlib, json, sys  # noqa: E401

def digest(*parts):
    return hashlib.sha256("\n".join(str(part) for part in parts).encode()).hexdigest()

def amount(value):  # whole fen, never negative: a negative sum could hide what is owed to others
    assert type(value) is int and value >= 0, f"{value} is not an amount / 不是金额"
    return value

def chain(day):  # ties all published figures to the day before
    return digest("day", day["previous_chain"], day["day"], day["root"], day["total_fen"],
                  day["escrow"]["lines"], day["balances"]["lines"], day["held_fen"], day["seal_chain"])

def verify(proof, published):
    line = proof["line"]
    total = amount(line["amount_fen"])
    here = digest("leaf", line["salt"], line["account"], total)
    for step in proof["path"]:  # every node hashes both children, and the sum of each
        left, right = (here, total), (step["hash"], amount(step["sum_fen"]))
        if step["side"] == "left":
            left, right = right, left
        here, total = digest("node", *left, *right), left[1] + right[1]
    assert here == published["root"], "the line leads to another root / 算出的根与公布的不同"
    assert total == published["total_fen"], "the sums differ from the total / 合计与公布的不同"
    assert published["escrow"]["total_fen"] + published["balances"]["total_fen"] == total, "the parts differ / 分项不符"
    assert chain(published) == published["chain"], "the chain is broken / 链值不符"
    return f"OK {published['day']}: {line['account']} ¥{line['amount_fen'] / 100:.2f} / ¥{total / 100:.2f}, {here}"

if __name__ == "__main__":
    try:
        files = [json.load(open(name, encoding="utf-8")) for name in sys.argv[1:]]
        print(verify(files[0], files[-1] if len(files) > 1 else files[0]["published"]))
    except (AssertionError, LookupError, TypeError, ValueError, OSError) as problem:
        sys.exit(f"FAILED / 未通过: {problem!r}")

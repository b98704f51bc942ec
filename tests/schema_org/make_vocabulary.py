"""Makes vocabulary.json, the schema.org vocabulary that our structured data is held against, from the npm package schema-dts.

    npm pack schema-dts@2.1.0 && tar xzf schema-dts-2.1.0.tgz
    python -m tests.schema_org.make_vocabulary package/dist/schema.d.ts

schema-dts is Google's, licence Apache-2.0 (https://github.com/google/schema-dts); the vocabulary itself is schema.org's, licence
CC BY-SA 3.0 (https://schema.org/docs/terms.html). What a kind of thing is, which properties it has and what may stand in each of
them is kept; the prose and what schema.org calls pending alike are not told apart in the package and so are not here.
"""

import json
import re
import sys
from pathlib import Path

VOCABULARY = Path(__file__).with_name("vocabulary.json")
_INTERFACE = re.compile(r"^(?:export )?interface (\w+?)(Base|Leaf) extends ([^{]+) \{$", re.M)
_PROPERTY = re.compile(r'^    "([\w-]+)"\?: SchemaValue<(.+), "\1">;$', re.M)
_ENUM = re.compile(r'^export type (\w+) = ("https://schema\.org/[^;]+);$', re.M)


def vocabulary(text: str) -> dict[str, dict]:
    """`types`: name → its parents, its own properties with what they take. `members`: enumeration → its members."""
    types: dict[str, dict] = {}
    heads = list(_INTERFACE.finditer(text))
    for head in heads:
        name, kind, parents = head.groups()
        if "_" in name:  # another vocabulary's, named for comparison
            continue
        body = text[head.end() : text.index("\n}", head.end())]
        entry = types.setdefault(name, {"parents": [], "properties": {}})
        above = {parent for parent in re.findall(r"(\w+)Base\b", parents) if parent != name and "_" not in parent}
        entry["parents"] = sorted(above | set(entry["parents"]))
        if kind == "Base":
            for prop, ranges in _PROPERTY.findall(body):
                entry["properties"][prop] = sorted({part.strip() for part in ranges.split("|")} - {"IdReference"})
    members = {
        name: sorted(set(re.findall(r'"https://schema\.org/(\w+)"', line)))
        for name, line in _ENUM.findall(text)
        if name != "Boolean"
    }
    return {"types": dict(sorted(types.items())), "members": dict(sorted(members.items()))}


if __name__ == "__main__":
    made = vocabulary(Path(sys.argv[1]).read_text(encoding="utf-8"))
    VOCABULARY.write_text(json.dumps(made, separators=(",", ":"), ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(made['types'])} types, {len(made['members'])} enumerations")

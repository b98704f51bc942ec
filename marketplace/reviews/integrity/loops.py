"""Who buys from each other in a circle: pure, over a directed graph buyer → seller."""

from collections import defaultdict, deque
from collections.abc import Iterable

Edge = tuple[int, int]


def strong_components(edges: Iterable[Edge]) -> list[set[int]]:
    """The sets of at least two accounts of which each leads to each other along the edges. Tarjan's, without recursion."""
    targets: dict[int, list[int]] = defaultdict(list)
    for source, target in edges:
        targets[source].append(target)
    number: dict[int, int] = {}
    lowest: dict[int, int] = {}
    stack: list[int] = []
    is_on_stack: set[int] = set()
    found: list[set[int]] = []
    for root in list(targets):
        if root in number:
            continue
        work = [(root, iter(targets[root]))]
        number[root] = lowest[root] = len(number)
        stack.append(root)
        is_on_stack.add(root)
        while work:
            node, rest = work[-1]
            step = next(rest, None)
            if step is None:
                work.pop()
                if work:
                    lowest[work[-1][0]] = min(lowest[work[-1][0]], lowest[node])
                if lowest[node] == number[node]:
                    component = set()
                    while True:
                        member = stack.pop()
                        is_on_stack.discard(member)
                        component.add(member)
                        if member == node:
                            break
                    if len(component) > 1:
                        found.append(component)
            elif step not in number:
                number[step] = lowest[step] = len(number)
                stack.append(step)
                is_on_stack.add(step)
                work.append((step, iter(targets.get(step, ()))))
            elif step in is_on_stack:
                lowest[node] = min(lowest[node], number[step])
    return found


def shortest_loops(edges: Iterable[Edge], *, longest: int) -> dict[Edge, int]:
    """Each edge that lies on a loop of at most `longest` edges, with the length of the shortest one.

    Only inside strong components, and from each account no further than `longest` steps: hubs that sell to everybody but
    buy from nobody are in no component.
    """
    edges = [(source, target) for source, target in edges if source != target]
    home = {member: place for place, members in enumerate(strong_components(edges)) for member in members}
    targets: dict[int, set[int]] = defaultdict(set)
    sources: dict[int, set[int]] = defaultdict(set)
    for source, target in edges:
        if source in home and home[source] == home.get(target):
            targets[source].add(target)
            sources[target].add(source)
    found: dict[Edge, int] = {}
    for start in sources:
        for node, steps in _distances(start, targets, most=longest - 1).items():
            if node in sources[start]:
                found[node, start] = steps + 1
    return found


def _distances(start: int, targets: dict[int, set[int]], *, most: int) -> dict[int, int]:
    steps = {start: 0}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        if steps[node] < most:
            for target in targets.get(node, ()):
                if target not in steps:
                    steps[target] = steps[node] + 1
                    waiting.append(target)
    del steps[start]
    return steps

"""Beats: every site has one answering post (p-median: Hakimi 1964; ReVelle and Swain 1970).

    min Σ people[s] · minutes[p,s] · assigned[p,s] / Σ people
    Σ_p assigned[p,s] = 1                                       each site has one post
    assigned[p,s] ≤ answers[p] ≤ open[p]                        that is open
    Σ_p answers[p] = number,   answers[p] ≤ Σ_s assigned[p,s]   where their number is set
    Σ_s people[s] · assigned[p,s] ≤ (1 + balance) · Σ people / number · answers[p]

Contiguous beats (Shirabe 2005): the first of a post's sites, in the order of minutes, is the source of a flow that
only passes through the post's sites, and each of them keeps one unit of it. With begun[p,i] = 1 from the first on,

    assigned[p,s_i] ≤ begun[p,i],   begun[p,i−1] ≤ begun[p,i],   begun[p,i] − begun[p,i−1] ≤ assigned[p,s_i]
    fed[p,s_i] ≤ N · (begun[p,i] − begun[p,i−1])
    fed[p,s] + Σ flow into s − Σ flow out of s = assigned[p,s],   Σ flow into s ≤ (N − 1) · assigned[p,s]
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pyomo.core import Binary, Constraint, Set, UnitInterval, Var, value

from allocopt_models.terms import Block, Expr, add, total


@dataclass(frozen=True)
class Beats:
    """`minutes[post, site]` of posts that reach the site. `number`: how many posts answer; `most_people`: the most
    that one post may answer for, which needs a number; `neighbours`: pairs of sites side by side, None where beats
    need not hang together. `asked`: whether the plan tells them, or only the response time is wanted."""

    people: Mapping[str, float]
    minutes: Mapping[tuple[str, str], float]
    number: int | None = None
    most_people: float | None = None
    neighbours: Sequence[tuple[str, str]] | None = None
    asked: bool = True

    @property
    def whole(self) -> bool:
        """Whether assignments must be said to be whole; where not, the nearest post is as good as any."""
        return self.number is not None or self.neighbours is not None

    @cached_property
    def sites_of(self) -> dict[str, list[str]]:
        """The sites each post can reach, nearest first."""
        out: dict[str, list[str]] = defaultdict(list)
        for post, site in sorted(self.minutes, key=lambda pair: (self.minutes[pair], pair)):
            out[post].append(site)
        return dict(sorted(out.items()))

    @cached_property
    def posts_of(self) -> dict[str, list[str]]:
        """The posts that can reach each site."""
        out: dict[str, list[str]] = {site: [] for site in sorted(self.people)}
        for post, site in sorted(self.minutes):
            out[site].append(post)
        return out


@dataclass(frozen=True)
class BeatVariables:
    """Assignments by (post, site), and the mean minutes to the answering post, weighted by people."""

    assigned: Mapping[tuple[str, str], Expr]
    response_time: Expr


def add_beats(b: Block, data: Beats, *, opened: Mapping[str, Expr]) -> BeatVariables:
    """Adds the assignment of sites to posts. `opened` has the posts that are not open yet; all others are open.

    Raises ValueError for a site that no post can reach.
    """
    stranded = [site for site, posts in data.posts_of.items() if not posts]
    if stranded:
        raise ValueError(f"no post reaches {', '.join(stranded)}")
    add(b, "SITES", Set(initialize=list(data.posts_of), doc="sites"))
    add(b, "POSTS", Set(initialize=list(data.sites_of), doc="posts that reach some site"))
    add(b, "REACHED", Set(initialize=sorted(data.minutes), dimen=2, doc="post and site within its reach"))
    domain = Binary if data.whole else UnitInterval
    assigned = add(b, "assigned", Var(b.REACHED, domain=domain, doc="1 if the post answers for the site"))
    answers = _add_answering(b, data, opened)

    def site_has_one_post(_: Block, site: str) -> Expr:
        return total([assigned[post, site] for post in data.posts_of[site]]) == 1

    def assigned_only_to_answering_post(_: Block, post: str, site: str) -> Expr:
        return Constraint.Skip if post not in answers else assigned[post, site] <= answers[post]

    add(b, "site_has_one_post", Constraint(b.SITES, rule=site_has_one_post, doc="every site has one answering post"))
    add(
        b,
        "assigned_only_to_answering_post",
        Constraint(b.REACHED, rule=assigned_only_to_answering_post, doc="a post that does not answer has no sites"),
    )
    if data.number is not None:
        _add_number(b, data, answers)
    if data.neighbours is not None:
        _add_contiguity(b, data)
    people = sum(data.people.values())
    weighted = [data.people[s] * data.minutes[p, s] * assigned[p, s] for p, s in b.REACHED if data.people[s] > 0]
    return BeatVariables({(p, s): assigned[p, s] for p, s in b.REACHED}, total(weighted) / people if people else 0.0)


def settle_beats(b: Block, data: Beats, *, opened: Mapping[str, Expr]) -> None:
    """Give every site the nearest post that is open, where nothing but minutes tells posts apart; else make whole."""
    for site, posts in data.posts_of.items():
        if data.whole:
            chosen = max(posts, key=lambda post: value(b.assigned[post, site]))
        else:
            open_posts = [post for post in posts if post not in opened or round(value(opened[post]))]
            chosen = min(open_posts or posts, key=lambda post: data.minutes[post, site])
        for post in posts:
            b.assigned[post, site].set_value(float(post == chosen), skip_validation=True)


def _add_answering(b: Block, data: Beats, opened: Mapping[str, Expr]) -> Mapping[str, Expr]:
    """By post, what bounds its assignments; nothing for a post that is open and may answer as it likes."""
    if data.number is None:
        return opened
    answers = add(b, "answers", Var(b.POSTS, domain=Binary, doc="1 if the post answers for some site"))

    def answers_only_if_open(_: Block, post: str) -> Expr:
        return answers[post] <= opened[post] if post in opened else Constraint.Skip

    add(b, "answers_only_if_open", Constraint(b.POSTS, rule=answers_only_if_open, doc="a closed post does not answer"))
    return {post: answers[post] for post in b.POSTS}


def _add_number(b: Block, data: Beats, answers: Mapping[str, Expr]) -> None:
    def work(post: str) -> Expr:
        return total([data.people[site] * b.assigned[post, site] for site in data.sites_of[post]])

    def answering_post_has_sites(_: Block, post: str) -> Expr:
        return answers[post] <= total([b.assigned[post, site] for site in data.sites_of[post]])

    def work_is_balanced(_: Block, post: str) -> Expr:
        return work(post) <= data.most_people * answers[post]

    add(
        b,
        "as_many_posts_answer_as_asked",
        Constraint(expr=total([answers[post] for post in b.POSTS]) == data.number, doc="so many posts answer"),
    )
    add(
        b,
        "answering_post_has_sites",
        Constraint(b.POSTS, rule=answering_post_has_sites, doc="a post without sites does not answer"),
    )
    if data.most_people is not None:
        add(b, "work_is_balanced", Constraint(b.POSTS, rule=work_is_balanced, doc="no post has too many people"))


def _add_contiguity(b: Block, data: Beats) -> None:
    ranked = [(post, i) for post, sites in data.sites_of.items() for i in range(len(sites))]
    add(b, "RANKS", Set(initialize=ranked, dimen=2, doc="post and rank of a site among those it reaches"))
    begun = add(b, "begun", Var(b.RANKS, domain=Binary, doc="1 if the post's beat has a site up to this rank"))

    def first(post: str, i: int) -> Expr:
        return begun[post, i] - (begun[post, i - 1] if i else 0.0)

    def beat_begins_with_its_first_site(_: Block, post: str, i: int) -> Expr:
        return b.assigned[post, data.sites_of[post][i]] <= begun[post, i]

    def beat_begins_once(_: Block, post: str, i: int) -> Expr:
        return first(post, i) >= 0 if i else Constraint.Skip

    def beat_begins_with_a_site_of_its_own(_: Block, post: str, i: int) -> Expr:
        return first(post, i) <= b.assigned[post, data.sites_of[post][i]]

    for rule, doc in (
        (beat_begins_with_its_first_site, "the first site of a beat comes before the others"),
        (beat_begins_once, "a beat that has begun has begun"),
        (beat_begins_with_a_site_of_its_own, "the first site of a beat belongs to it"),
    ):
        add(b, rule.__name__, Constraint(b.RANKS, rule=rule, doc=doc))
    _add_flow(b, data, {(p, data.sites_of[p][i]): first(p, i) for p, i in ranked})


def _add_flow(b: Block, data: Beats, is_first: Mapping[tuple[str, str], Expr]) -> None:
    pairs = {pair for a, c in data.neighbours or () if a != c for pair in ((a, c), (c, a))}
    ways = [
        (p, *pair) for p in data.sites_of for pair in sorted(pairs) if {(p, pair[0]), (p, pair[1])} <= is_first.keys()
    ]
    into: dict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
    out: dict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
    for way in ways:
        out[way[0], way[1]].append(way)
        into[way[0], way[2]].append(way)
    add(b, "FLOWS", Set(initialize=ways, dimen=3, doc="post, site, neighbour"))
    most = {post: len(sites) for post, sites in data.sites_of.items()}
    flow = add(
        b,
        "flow",
        Var(b.FLOWS, bounds=lambda _, p, *way: (0, most[p] - 1), doc="flow that shows that a beat hangs together"),
    )
    fed = add(b, "fed", Var(b.REACHED, bounds=lambda _, p, s: (0, most[p]), doc="flow that begins at the site"))

    def fed_only_at_first_site(_: Block, post: str, site: str) -> Expr:
        return fed[post, site] <= most[post] * is_first[post, site]

    def each_site_keeps_one_unit(_: Block, post: str, site: str) -> Expr:
        came = total([flow[way] for way in into[post, site]])
        return fed[post, site] + came - total([flow[way] for way in out[post, site]]) == b.assigned[post, site]

    def flow_only_within_beat(_: Block, post: str, site: str) -> Expr:
        if not into[post, site]:
            return Constraint.Skip
        return total([flow[way] for way in into[post, site]]) <= (most[post] - 1) * b.assigned[post, site]

    for rule, doc in (
        (fed_only_at_first_site, "flow begins at a beat's first site"),
        (each_site_keeps_one_unit, "every site of a beat is reached by the flow"),
        (flow_only_within_beat, "flow passes through sites of the beat only"),
    ):
        add(b, rule.__name__, Constraint(b.REACHED, rule=rule, doc=doc))

"""Rows that do not fit together."""

from __future__ import annotations

from instance.broken import Case, cell

CALENDAR = [
    cell("hours of shifts", "city.yaml", "shifts", "day, name: 白班 07-19, hours_share: 0.5", "day, hours_share: 0.4",
         "sum to 1", "shifts:"),
    cell("losses of shifts", "city.yaml", "shifts", "0.5, loss_share: 0.5, loss_share_of: {theft: 0.4}",
         "0.5, loss_share: 0.6, loss_share_of: {theft: 0.4}", "loss_share of all", "shifts:"),
    cell("losses of a hazard", "city.yaml", "shifts.day.loss_share_of.theft", "{theft: 0.4}", "{theft: 0.5}", "sum"),
    cell("unknown hazard of a shift", "city.yaml", "shifts.day.loss_share_of.thef", "{theft: 0.4}",
         "{theft: 0.4, thef: 0.5}", "'theft'"),
    cell("period twice", "city.yaml", "periods.wet.id", "name: 汛期 Wet season, hours: 4380}",
         "hours: 4000}\n  - {id: wet, hours: 380}", "no other", "hours: 380}"),
    cell("shift twice", "city.yaml", "shifts.day.id", "id: night", "id: day", "no other", "夜班"),
    cell("period named each", "city.yaml", "periods.each.id", "id: dry", "id: each", "means every period"),
]  # fmt: skip

AIMS = [
    cell("no weight", "city.yaml", "objective", "objective: loss", "objective: {loss: 0}", "above 0"),
    Case("cvar without scenarios", "city.yaml", "objective", (("city.yaml", "objective: loss", "objective: cvar"),),
         drop=("scenarios.csv", "needs.csv", "survival.csv", "closures.csv"),
         write={"standards.csv": "id,rule,source"}),
    cell("worst area too deep", "city.yaml", "worst_area.level", "objective: loss",
         "objective: worst_area\nworst_area: {level: 3}", "1 to 2", "worst_area: {"),
    cell("ceiling too deep", "city.yaml", "worst_area.level", "objective: loss",
         "objective: loss\nworst_area: {level: 3, at_most: 5}", "1 to 2", "worst_area: {"),
    cell("ceiling below nothing", "city.yaml", "worst_area.at_most", "objective: loss",
         "objective: loss\nworst_area: {level: 2, at_most: -5}", "0", "worst_area: {"),
    Case("worst area without people", "city.yaml", "worst_area.per", (
        ("city.yaml", "objective: loss", "objective: worst_area\nworst_area: {level: 2, per: head}"),
        ("sites.csv", "31.1720,3000", "31.1720,0")), at="per: head", says="no people in Sample town/South"),
    cell("beats both ways", "city.yaml", "beats", "objective: loss",
         "objective: loss\nbeats: {response: engine, mode: car}", "exactly one", "beats:"),
    cell("beats by nothing", "city.yaml", "beats", "objective: loss", "objective: loss\nbeats: {posts: 2}",
         "neither", "beats:"),
    cell("mode of beats", "city.yaml", "beats.mode", "objective: loss", "objective: loss\nbeats: {mode: cra}",
         "'car'", "beats:"),
    cell("class of beats", "city.yaml", "beats.response", "objective: loss",
         "objective: loss\nbeats: {response: engin}", "'engine'", "beats:"),
    cell("balance without posts", "city.yaml", "beats.posts", "objective: loss",
         "objective: loss\nbeats: {mode: car, balance: 0.2}", "number of posts", "beats:"),
    cell("too many posts", "city.yaml", "beats.posts", "objective: loss",
         "objective: loss\nbeats: {mode: car, posts: 9}", "at most the 3", "beats:"),
    cell("contiguous without neighbours", "city.yaml", "beats.contiguous", "objective: loss",
         "objective: loss\nbeats: {mode: car, contiguous: yes}", "neighbours.csv", "beats:"),
]  # fmt: skip

LOSSES = [
    cell("loss beyond reckoning", "risks.csv", "loss_cny", "hospital,fire,,300000,", "hospital,fire,,9e14,",
         "at most 1,000,000,000,000 CNY"),
    cell("casualties beyond reckoning", "risks.csv", "casualties", "300000,0.05,", "300000,5e6,",
         "casualties included"),
]  # fmt: skip

PLACES = [
    cell("lon without lat", "sites.csv", "lat", "120.8050,31.2050", "120.8050,", "since lon", "hospital,"),
    cell("no coordinates", "posts.csv", "lon", "2,120.8080,31.2300", "2,,", "travel.metric", "north_post"),
    cell("sphere for a plane", "city.yaml", "travel.metric", "metric: sphere", "metric: table", "travel.csv"),
    Case("two forms of place", "pools.csv", "x", write={"pools.csv": (
        "id,body,skills,headcount,hours,cost_cny_hour,mode,lon,lat,x,y,source\n"
        "inspectors,fire,inspecting;screening,4,700,70,car,120.8,31.2,5,6,assumed\n")}, at="inspectors,"),
    cell("another city", "sites.csv", "area", "Sample town/South,120.8030", "Simple town/South,120.8030",
         "begins with 'Sample town'"),
    cell("area of a post", "posts.csv", "area", "Sample town/North,police", "Simple town/North,police", "begins with"),
    Case("area of a line", "budgets.csv", "area", write={"budgets.csv": (
        "id,amount_cny,area,source\nfire_money,1,,assumed\noffice_money,1,Sample town/Nroth,assumed\n")},
        at="Nroth", says="'Sample town/North'"),
    cell("types of a kind", "kinds.csv", "site_types", "巡查 Screening,,", "巡查 Screening,busines,", "'business'"),
    cell("type of a standard", "standards.csv", "site_type", "public,check", "pubic,check", "'public'"),
    cell("category of a line", "budgets.csv", "category", ",capital,", ",captial,", "'capital'"),
    Case("own neighbour", "neighbours.csv", "neighbour", write={"neighbours.csv": "site,neighbour\nschool,school"},
         at="school,"),
]  # fmt: skip

RISKS = [
    cell("whole horizon and period", "risks.csv", "period", "old_street,flood,wet", "south_village,flood,",
         "a period", at="flood,,300000"),
    Case("two leads", "risks.csv", "lead", write={"risks.csv": (
        "site,hazard,period,lead,loss_cny,source\n"
        "school,fire,dry,,5,assumed\nschool,fire,wet,office,5,assumed\n")}, at="wet,office", says="'fire'"),
    cell("loss and needs without a split", "risks.csv", "supply_share", "0,0.3,assumed: example\nhospital",
         "0,,assumed: example\nhospital", "has both", "old_street,flood"),
    Case("half a range", "risks.csv", "high", write={"risks.csv": (
        "site,hazard,loss_cny,low,source\nschool,fire,5,0.5,assumed\n")}, at="school", says="two ends"),
    Case("observed without today", "risks.csv", "observed", write={"risks.csv": (
        "site,hazard,loss_cny,observed,source\nschool,fire,5,yes,assumed\n")}, at="school", says="current/"),
]  # fmt: skip

EFFECTS = [
    cell("id of another table", "effects.csv", "id", "class,engine", "unit,engine", "it is in classes.csv"),
    cell("no hazard", "effects.csv", "hazard", "class,engine,fire", "class,engine,", "a hazard"),
    cell("hazard and commodity", "effects.csv", "commodity", "pumps,,flood_kit", "pumps,flood,flood_kit", "a blank"),
    cell("kits by a kind", "effects.csv", "commodity", "measure,pumps,,", "kind,check,,", "only a measure"),
    cell("mechanism of a class", "effects.csv", "mechanism", "engine,fire,,,", "engine,fire,,platform,", "kinds"),
    cell("worse through a mechanism", "effects.csv", "share", "platform,0.04", "platform,0.01", "0.02"),
    cell("certain check", "effects.csv", "share", "fire,,,0.15", "fire,,,1", "at most 0.9999"),
    Case("nearly certain engine", "effects.csv", "share", (
        ("effects.csv", "engine,fire,,,0.20", "engine,fire,,,1"), ("classes.csv", "12,0.05", "12,0.00001")),
        says="busy 0"),
    Case("scenario of a loss", "effects.csv", "scenario", write={"effects.csv": (
        "by,id,hazard,scenario,share,source\nmeasure,pumps,flood,storm,0.5,assumed\n")}, at="pumps", says="needs"),
    Case("certain and not alone", "effects.csv", "hazard", write={"effects.csv": (
        "by,id,hazard,share,source\nclass,engine,fire,1,assumed\nkind,check,fire,0.2,assumed\n")},
        swap=(("classes.csv", "12,0.05", "12,0"),), at="kind,check", says="averts all"),
    Case("two mechanisms", "effects.csv", "mechanism", write={
        "effects.csv": ("by,id,hazard,mechanism,share,source\nkind,check,fire,platform,0.2,assumed\n"
                        "kind,check,fire,second,0.2,assumed\n"),
        "mechanisms.csv": "id,life_years,source\nplatform,1,assumed\nsecond,1,assumed\n",
        "mechanism_costs.csv": "mechanism,body,cost_cny,source\nplatform,office,1,assumed\nsecond,fire,1,assumed\n",
    }, at="second", says="one mechanism"),
]  # fmt: skip

PEOPLE = [
    cell("kind without a crew", "kinds.csv", "id", "screening,巡查", "extra,x,,1,1,,,,assumed\nscreening,巡查",
         "crews.csv"),
    cell("refers to itself", "kinds.csv", "refers_to", "8,check,", "8,screening,", "another kind"),
    cell("refers to nothing", "kinds.csv", "refers_to", "8,check,0.05", "8,,0.05", "suspects is above 0"),
    cell("no suspects", "kinds.csv", "suspects", "8,check,0.05", "8,check,", "refers_to names"),
    cell("lag of nothing", "kinds.csv", "lag", "3,4,,,,", "3,4,,,1,", "refers to no other"),
    cell("nobody in a role", "crews.csv", "people", "enforce,2,4", "enforce,0,4", "at least 1"),
    cell("no time on site", "crews.csv", "hours", "screening,,1,2,", "screening,,1,,", "above 0"),
    cell("skill nobody has", "crews.csv", "skill", ",inspecting,", ",inspection,", "'inspecting'"),
    cell("power nobody has", "crews.csv", "power", ",enforce,2", ",enforcing,2", "'enforce'"),
    Case("ratio for a kind", "crews.csv", "ratio_to", write={"crews.csv": (
        "of,role,people,hours,ratio_to,source\ncheck,a,1,1,,assumed\nscreening,b,1,1,c,assumed\n"
        "screening,c,1,1,,assumed\n")}, at="screening,b", says="for patrol units"),
    Case("crew that is not said", "units.csv", "crew", (
        ("crews.csv", "check,inspector", "car,x,,,2,,,assumed\ncheck,inspector"),),
        at="car,巡逻", says="how many people"),
]  # fmt: skip

PATROL = [
    cell("class without a standard", "classes.csv", "standard_min", "Fire engine,12,", "Fire engine,,", "standard_m"),
    Case("class with two standards", "classes.csv", "standard_m", write={"classes.csv": (
        "id,standard_min,standard_m,source\nengine,12,5,assumed\npatrol_car,9,,assumed\n")}, at="engine"),
    cell("post that nobody pays", "posts.csv", "body", "North,police,no", "North,,no", "pays", at="north_post"),
]  # fmt: skip

SUPPLY = [
    cell("more than may be", "stocks.csv", "initial", "flood_kit,100,1000", "flood_kit,1001,1000", "at most 1000"),
    cell("more than the room", "depots.csv", "capacity_m3", "yes,,60,", "yes,,4,", "room"),
    cell("stock in a closed depot", "stocks.csv", "initial", "flood_kit,,600", "flood_kit,5,600", "not open"),
    cell("chances above one", "scenarios.csv", "probability", "Typhoon,0.04", "Typhoon,0.9", "at most 1"),
    cell("closure of nothing", "closures.csv", "street", "typhoon,town_store,south_village", "typhoon,,", "a street"),
    Case("body of a supplier", "suppliers.csv", "body", write={"suppliers.csv": (
        "id,body,depot,commodity,capacity,cost_cny,source\nmill,fire,town_store,flood_kit,5,5,assumed\n")}, at="mill"),
    Case("supplier of two depots", "suppliers.csv", "depot", write={"suppliers.csv": (
        "id,body,depot,commodity,period,capacity,cost_cny,source\nmill,office,town_store,flood_kit,dry,5,5,assumed\n"
        "mill,office,south_store,flood_kit,wet,5,5,assumed\n")}, at="mill,office,south", says="town_store"),
    Case("supplier with and without period", "suppliers.csv", "period", write={"suppliers.csv": (
        "id,body,depot,commodity,period,capacity,cost_cny,source\nmill,office,town_store,flood_kit,dry,5,5,assumed\n"
        "mill,office,town_store,flood_kit,,5,5,assumed\n")}, at="flood_kit,,5", says="all rows"),
    Case("told apart too early", "needs.csv", "amount", write={
        "scenarios.csv": ("id,probability,known_from,source\nstorm,0.1,wet,assumed\ntyphoon,0.1,wet,assumed\n")},
        swap=(("needs.csv", "storm,south_village,flood_kit,wet", "storm,school,flood_kit,dry"),),
        says="not told apart"),
]  # fmt: skip

MONEY = [
    Case("helps itself", "links.csv", "helped", (
        ("links.csv", "office,fire,inspection", "office,office,inspection"),
        ("links.csv", "fire_money,office_money", "office_money,office_money")), says="another body"),
    cell("price from nowhere", "links.csv", "payer_line", "20,fire_money", "20,", "has a price"),
    cell("price to nowhere", "links.csv", "helper_line", "office_money,assumed", ",assumed", "has a price"),
    cell("others' money", "links.csv", "payer_line", "20,fire_money", "20,police_money", "of police"),
    cell("mechanism nobody pays", "mechanisms.csv", "id", "platform,信息平台", "gift,x,0,10,assumed\nplatform,信息平台",
         "mechanism_costs.csv"),
]  # fmt: skip


def standard(name: str, column: str, row: str, says: str = "") -> Case:
    """A case with one more standard: rule, at_least, at_most, per, then COLUMN=TEXT for the others."""
    cells, *others = row.split(" ")
    heading = ["rule", "at_least", "at_most", "per", *(other.partition("=")[0] for other in others)]
    values = [*cells.split(","), *(other.partition("=")[2].replace("~", " ") for other in others)]
    text = f"id,source,{','.join(heading)}\nx,assumed,{','.join(values)}\n"
    return Case(name, "standards.csv", column, write={"standards.csv": text}, at="x,assumed", says=says)


STANDARDS = [
    standard("difference of areas", "rule", "loss_gap,,1,area", "not convex"),
    standard("ratio of areas", "rule", "loss_ratio,,1,area", "worst_area"),
    standard("no bound", "at_least", "visits,,,city", "a floor or ceiling"),
    standard("floor of a loss", "at_least", "loss,1,,city", "ceiling only"),
    standard("ceiling of cover", "at_most", "cover,1,2,city response=engine", "floor only"),
    standard("floor above ceiling", "at_least", "visits,2,1,city", "at most 1"),
    standard("negative floor", "at_least", "visits,-2,,city", "at least 0"),
    standard("rate above one", "at_least", "fill_rate,1.5,,city", "0 to 1"),
    standard("cover by nobody", "response", "cover,1,,city", "the class"),
    standard("cover by area", "per", "cover,1,,area response=engine", "does not read it"),
    standard("filter not read", "hazard", "visits,1,,city hazard=fire", "does not read it"),
    standard("posts of an area", "area", "posts,1,,city area=Sample~town/North", "does not read it"),
    standard("average visits", "scenario", "visits,1,,city scenario=expected", "'each'"),
    standard("level of a city", "level", "visits,1,,city level=1", "`per` area"),
    standard("level too deep", "level", "visits,1,,area level=3", "1 to 2"),
    standard("standard of an unknown period", "period", "visits,1,,city period=wte", "'wet'"),
    standard("each period of cover", "period", "cover,1,,city response=engine period=each", "does not take"),
    standard("no site", "site", "visits,1,,city site=school area=Sample~town/North", "meet a site"),
    standard("no needs", "per", "fill_rate,0.5,,site", "factory, market"),
    standard("category of spending", "category", "spending,5,,city category=labor", "'labour'"),
]

ALL = [
    *CALENDAR, *AIMS, *LOSSES, *PLACES, *RISKS, *EFFECTS, *PEOPLE, *PATROL, *SUPPLY, *MONEY, *STANDARDS,
    Case("nobody to share among", "standards.csv", "per", (("sites.csv", "31.2050,1200", "31.2050,0"),),
         write={"standards.csv": "id,rule,at_most,per,source\nx,loss_per_head,5,site,assumed\n"},
         at="x,", says="hospital"),
]  # fmt: skip

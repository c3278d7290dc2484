"""Two users, susan and david, with something to export and something to read."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import insert, select

from app import clock
from app.extensions import db
from app.models import Message, Post, User
from app.notifications import notify_unread

PASSWORD = "let me in"  # noqa: S105 - both have it, and the demo says so

# Each user's name, about me, and number of posts.
PEOPLE = (
    ("susan", "Gardens badly, reads on trains, exports everything. 🌱", 240),
    ("david", "Cooks for too many people. Crème brûlée by appointment only.", 120),
)
POST_DAYS = 400
MESSAGE_EVERY = timedelta(days=1.9)

OPENINGS = (
    "This morning",
    "Today",
    "Last night",
    "Over lunch",
    "On the way home",
    "Between two meetings",
    "While it rained",
    "Against all advice,",
    "For once",
    "Without much of a plan,",
)
EVENTS = (
    "I repotted the tomatoes",
    "the first sweet peas came up",
    "a blackbird ate all my cherries",
    "I moved the lavender for the third time",
    "a hedgehog walked through the flower bed",
    "the slugs found my lettuce",
    "my neighbour left courgettes at the door",
    "I planted forty tulips in no order at all",
    "the greenhouse lost a window",
    "I made far too much soup",
    "the sourdough finally rose",
    "I burnt the onions and called them caramelised",
    "I learned to fold dumplings",
    "I found saffron at the back of the cupboard",
    "the risotto took an hour and was worth it",
    "my flatbreads came out as crackers",
    "I tried my grandmother's plum cake",
    "we ran out of coffee",
    "the 7:42 was on time",
    "I took the slow train and saw a heron",
    "somebody on the train was knitting a whole coat",
    "I fell asleep and woke up two stations too far",
    "the ticket inspector recommended a novel",
    "we stood outside Crewe for fifty minutes",
    "the restaurant car had real cups",
    "I finished the novel with the lighthouse",
    "the library found the book I lost in March",
    "I guessed the murderer on page thirty",
    "I bought a second copy of a book I own",
    "the second-hand bookshop gave me a bookmark from 1962",
    "the build turned green",
    "a meeting ended ten minutes early",
    "I deleted more code than I wrote",
    "I fixed a bug by going for a walk",
    "everybody agreed on a name for the thing",
    "I answered the oldest email in my inbox",
    "I wrote the test first",
    "the office plant got its own calendar",
    "I swam in the lake",
    "my bicycle made a new noise",
    "I heard an owl",
    "we danced in the kitchen",
    "I finally hung the picture straight",
    "the cat sat on the crossword",
    "I found my other glove",
    "I learned three chords of one song",
)
ENDINGS = (
    ".",
    "!",
    " 🙂",
    " 🎉",
    " 😴",
    ". Small victories.",
    ". I regret nothing.",
    ". More tomorrow.",
    ". Once is enough.",
    ". Long overdue.",
    ". No further questions.",
    ". It felt like a holiday.",
    ". Pictures when I find my phone.",
    ". I am told this is normal.",
    ". That counts as exercise.",
    ". My mother was right, as usual.",
    ". Next time with gloves.",
    ". Naïve of me to expect anything else.",
    ". Five stars ⭐⭐⭐⭐⭐",
    ". I needed that.",
    ". It could be worse.",
    ", and nobody believed me.",
    ", which is more than I hoped for.",
    ", and then the sun came out ☀️",
    ", so I made tea.",
    ", voilà.",
    ", and it was not even noon.",
)
# Posts that are there once, as they are: other scripts, emoji of several parts, lines, markup.
WHOLE = (
    "היום אפיתי עוגת גבינה, ונשארה פרוסה אחת לאורחים.",
    "صباح الخير! القهوة جاهزة والشمس مشرقة ☕",
    "قرأتُ اليوم أجمل قصة قصيرة منذ سنوات، في القطار.",
    "Το τρένο άργησε, αλλά το βιβλίο ήταν καλό.",
    "Сегодня в саду зацвела сирень. Весна!",
    "今朝、庭に初めて朝顔が咲きました。🌸",
    "오늘은 김치를 처음 담갔어요. 냄새가 온 집에!",
    "आज बारिश में गरम पकौड़े, और क्या चाहिए?",
    "Dziś upiekłam chleb na zakwasie. Żółty ser czeka.",
    "Hôtel fermé, café ouvert : la journée est sauvée.",
    "Señora del tren: gracias por la mandarina. 🍊",
    "Zwölf Äpfel, ein Igel, kein Kuchen. Schöne Grüße aus dem Garten.",
    "The whole family 👨‍👩‍👧‍👦 came to pick beans, and everybody ate 🍦🏴󠁧󠁢󠁷󠁬󠁳󠁿",
    "Shopping list:\n- flour\n- butter\n- patience",
    "Haiku of the day:\n\nwet leaves on the line\nthe 7:42 is late\nI have got my book",
    'Note to self: <strong>never</strong> say "how hard can it be?" & mean it.',
)
# David and susan in turn; then what david wrote and susan has not read.
TALK = (
    "Hello Susan! Is it you who grows the tomatoes?",
    "It is. This year they grow mostly leaves.",
    "I can take leaves. I have a recipe for nearly everything.",
    "Not for these, they are poisonous. But I have forty courgettes.",
    "Forty?!",
    "Forty-one. I have just looked under the big leaf.",
    "I will come by on Saturday with a large bag. And a cake?",
    "A cake is always a good idea. The one with plums?",
    "Plums it is. 🍑 (There is no plum emoji. I looked.)",
    "An outrage. I will bring it up at the book club.",
    "What are you reading now?",
    "Something with a lighthouse. Nothing has happened for ninety pages and I love it.",
    "I have one where everybody cooks. You may borrow it.",
    "Yes please. I give mine back within the year, mostly.",
    "Do you still take the 7:42?",
    "Every day. It was on time once, in May.",
    "My brother drives it sometimes. I will pass on your regards.",
    "Tell him the heron by the bridge is back.",
    "He says he slows down for it.",
    "I knew it! That explains the minute we lose there.",
    "Soup on Thursday, if you are free? There will be a great deal of it.",
    "I am free, and hungry. What may I bring?",
    "Bread, and that quince jelly if there is any left.",
    "One jar. I was hiding it from myself.",
    "Thank you for coming! You left your scarf and half a courgette.",
    "Keep the courgette. I will fetch the scarf.",
)
UNREAD = (
    "The scarf is on the hook by the door. The courgette is now a cake.",
    "Also: the book with the lighthouse. No spoilers, but something happened!",
    "Did you know one can export all one's posts here? A fine thing for a rainy day. ☔",
)


def fill() -> int:
    """Make susan and david, each unless there is such a user; return how many; the caller commits.

    What they write is the same every time, and all of it in the past.
    """
    random, now = Random(42), clock.now()  # noqa: S311 - the same posts every time
    bodies = _posts(random, sum(count for _name, _about, count in PEOPLE))
    made = []
    for name, about, count in PEOPLE:
        said, bodies = bodies[:count], bodies[count:]
        if db.session.scalar(select(User.id).where(User.username == name)) is None:
            user = User(username=name, email=f"{name}@example.com", about_me=about)
            user.set_password(PASSWORD)
            db.session.add(user)
            db.session.flush()
            times = sorted(now - timedelta(days=random.uniform(0.01, POST_DAYS)) for _ in said)
            rows = zip(said, times, strict=True)
            db.session.execute(
                insert(Post),
                [{"body": body, "timestamp": time, "user_id": user.id} for body, time in rows],
            )
            made.append(user)
    if len(made) == len(PEOPLE):
        susan, david = made
        _talk(susan, david, now)
    return len(made)


def _posts(random: Random, total: int) -> list[str]:
    """Return different posts; each opening, event and ending comes back once all others have."""
    parts = zip(*(_deal(random, deck) for deck in (OPENINGS, EVENTS, ENDINGS)), strict=True)
    posts: dict[str, None] = {}
    while len(posts) < total - len(WHOLE):
        posts["{} {}{}".format(*next(parts))] = None
    bodies = list(posts)
    for body in WHOLE:
        bodies.insert(random.randrange(len(bodies)), body)
    return bodies


def _deal(random: Random, deck: Sequence[str]) -> Iterator[str]:
    while True:
        yield from random.sample(deck, len(deck))


def _talk(susan: User, david: User, now: datetime) -> None:
    start = now - MESSAGE_EVERY * len(TALK + UNREAD)
    for number, body in enumerate(TALK + UNREAD):
        unread = number >= len(TALK)
        sender, recipient = (susan, david) if number % 2 and not unread else (david, susan)
        message = Message(body=body, timestamp=start + MESSAGE_EVERY * number, unread=unread)
        message.sender_id, message.recipient_id = sender.id, recipient.id
        db.session.add(message)
    notify_unread(susan)

"""What people can do: general advice by strand, known by the words of its name; no statement about any place."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Advice:
    """What is advised on a kind of incident.

    Attributes:
        words: Any of which in a strand's name makes it this kind.
        steps: What anybody can do.
        call: Whom to turn to in the United Kingdom; "" where the general numbers say it all.
    """

    words: tuple[str, ...]
    steps: tuple[str, ...]
    call: str = ""


# The first that fits: the narrower stand first.
_ADVICE = (
    Advice(
        ("domestic",),
        (
            "Abuse is never your fault. You do not need to be hurt to ask for help.",
            "If you worry about somebody, ask them when they are alone, listen, and believe them.",
            "You can ask the police whether a partner has been abusive before.",
        ),
        "National Domestic Abuse Helpline: 0808 2000 247, free, day and night.",
    ),
    Advice(
        ("child",),
        (
            "Talk with children about what they do online and whom they meet, without blame.",
            "Look out for new things that they cannot explain, for going missing, and for older friends.",
            "If you worry about a child, say so. You do not need to be sure.",
        ),
        "NSPCC Helpline for adults: 0808 800 5000. Childline for children: 0800 1111.",
    ),
    Advice(
        ("rape", "sexual"),
        (
            "What happened is not your fault, and it is never too late to tell somebody.",
            "You can get medical care and support without speaking to the police.",
            "If you see somebody being harassed, ask them whether they are all right, and get help.",
        ),
        "Rape and sexual abuse support line: 0808 500 2222, free, day and night.",
    ),
    Advice(
        ("gang", "county lines", "drug"),
        (
            "Look out for young people with new money, phones or clothes, or who go missing.",
            "Look out for neighbours who seem afraid, or whose home strangers have taken over.",
            "Tell what you know. You can do so without giving your name.",
        ),
        "Crimestoppers, without giving your name: 0800 555 111.",
    ),
    Advice(
        ("knife", "violence", "assault", "robbery", "weapon", "homicide", "shooting"),
        (
            "Carrying a knife makes it more likely that you are hurt. Talk with young people about it.",
            "If you see a fight, do not step in: keep your distance and call the police.",
            "Keep your phone and bag out of sight, and choose well-lit ways at night.",
        ),
        "Crimestoppers, without giving your name: 0800 555 111.",
    ),
    Advice(
        ("bicycle", "cycle"),
        (
            "Lock the frame and both wheels to something that cannot be moved, with two different locks.",
            "Note the frame number, take a photo, and register the bicycle.",
        ),
    ),
    Advice(
        ("auto", "vehicle", "car theft"),
        (
            "Lock the doors and close the windows, also for a moment and at the petrol station.",
            "Leave nothing to be seen in the car.",
            "Keep keys away from the front door; keyless ones in a pouch that blocks their signal.",
        ),
    ),
    Advice(
        ("burglary", "break and enter"),
        (
            "Lock doors and windows whenever you go out, also the back door and the shed.",
            "Leave a light on a timer when you are away, and ask a neighbour to look after the post.",
            "Mark what is valuable, and keep a list with photos.",
        ),
    ),
    Advice(
        ("fraud", "cyber"),
        (
            "Stop and think before you part with money or details. Only a criminal will rush you.",
            "Your bank and the police never ask you to move money or to tell a password.",
            "Use a different password of three random words for your email, and a second step to sign in.",
        ),
        "Forward suspicious texts to 7726. If you have paid, call your bank at once: 159 reaches most.",
    ),
    Advice(
        ("road", "killed", "injured"),
        (
            "Most serious collisions come from speed, drink or drugs, a phone, no seat belt, or careless driving.",
            "Leave more room in the dark and the wet, and when you pass cyclists or horses.",
            "If you have had a drink, do not drive, the morning after either.",
        ),
    ),
    Advice(
        ("anti-social", "antisocial", "disorder", "public order"),
        (
            "Keep a note of what happens, where and when: it helps those who can act.",
            "Noise, litter and graffiti are best told to your council.",
            "If it goes on, you can ask for the case to be reviewed.",
        ),
    ),
    Advice(
        ("theft", "shoplifting", "larceny"),
        (
            "Keep bags closed and in front of you, and your phone out of sight in a crowd.",
            "Mark what is valuable, and never leave it alone.",
        ),
    ),
)
_GENERAL = Advice((), ("Tell the police what you see. What nobody reports is not seen, and cannot be helped.",))


def advice_on(strand: str) -> Advice:
    """Return what is advised on a strand."""
    name = strand.casefold()
    return next((one for one in _ADVICE if any(word in name for word in one.words)), _GENERAL)

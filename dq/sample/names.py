"""Names that belong to nobody: common forenames, surnames and streets put together from parts, towns of Testshire."""

from __future__ import annotations

import numpy as np

from dq.sample.draw import Draw, Texts


def _words(text: str) -> list[str]:
    return text.split()


GIRLS = _words(
    """
    Ada Aisha Alma Amara Amelia Anika Anya Beatrix Bella Bethan Bronwen Carys Cassie Chloe Clementine Daisy
    Dalia Dara Edith Eira Elina Elodie Elspeth Esme Fatima Faye Fern Flora Freya Gaia Gwen Halima Hana Harriet
    Hattie Heidi Holly Imogen Ines Iris Isla Ivy Jana Jasmine Juno Kaya Keira Kezia Lara Leila Lottie Lowri
    Lucia Mabel Maisie Margot Maryam Matilda Maya Meera Mina Molly Nadia Naomi Nell Nia Niamh Nora Olive Orla
    Pearl Petra Pippa Poppy Priya Rhea Robyn Rosa Roxana Ruby Safiya Salma Saoirse Seren Simran Skye Sofia
    Sorcha Tabitha Tansy Tara Thea Una Vera Willow Winifred Yasmin Zara Zofia
    """
)
BOYS = _words(
    """
    Aaron Abel Adam Aidan Albie Alfie Amir Angus Anton Arjun Arlo Asher Aziz Barnaby Basil Beau Benedict Bilal
    Bruno Caleb Callum Caspian Cian Conrad Corey Cyrus Dexter Dominik Dylan Eben Edgar Elias Ellis Emrys Enzo
    Ewan Ezra Fabian Faisal Felix Fergus Finlay Fraser Gareth Gethin Gideon Hamza Harvey Hector Hugo Idris Imran
    Ira Isaac Ivan Jago Jarvis Jasper Jonah Joss Kai Karim Kieran Kofi Lachlan Laurie Leon Linus Logan Louis
    Luca Magnus Malachi Marlon Mateusz Milo Musa Nico Ned Noel Olly Omar Oscar Otis Owen Pavel Perry Quentin
    Rafe Rajan Reuben Rhys Rory Rowan Rufus Samir Silas Tariq Theo Tomasz Tyrone Usman Wilf Yusuf Zach
    """
)
_SURNAME_FIRST = _words(
    """
    Ash Barley Birch Black Bramble Brindle Broad Brook Burn Cald Copper Corn Crag Crow Dapple Deep Dew Dun Elder
    Ember Fair Fallow Fen Fern Flint Fox Frost Gander Garnet Gold Gorse Grain Green Grey Hallow Harrow Hart
    Hazel Heron High Hollow Kestrel Lark Linden Long Marl Marsh May Mead Merry Mill Mist Moor Moss Nettle North
    Oat Otter Owl Pebble Penny Pine Plover Quill Raven Reed Ridge Rook Rush Sage Sand Shale Silver Slate Sorrel
    Sparrow Stone Swift Tamar Tarn Thistle Thorn Twill Vale Wether Whin White Wick Wild Winter Wren Yarrow Yew
    """
)
_SURNAME_LAST = _words(
    """
    acre barrow beck bourne bridge brook bury by combe cote croft dale den fall field fold ford garth gate grave
    grove ham hart haven hill holm holt hurst keld lake land leigh ley lock mere mire moor mount nook pike pool
    rigg row shaw side slack stead stile stoke stow thorpe thwaite tide ton vale wade ward water weald well wick
    wold wood worth yard
    """
)
_STREET_FIRST = _words(
    """
    Anchor Beacon Bobbin Candle Chapel Cobbler Cooper Dovecote Ferry Fuller Granary Hayrick Kiln Lantern Mallard
    Mason Millrace Orchard Paddock Pump Quarry Ropewalk Saddler Smithy Tanner Thimble Tollbar Tramway Wagon
    Weaver Wharf Windmill
    """
)
_STREET_LAST = _words(
    """
    Avenue Bank Close Court Crescent Drive Gardens Grove Lane Mews Place Road Row Street Terrace Walk Way
    """
)
TOWNS = (
    "Testford", "Upper Sampling", "Lower Sampling", "Mockbridge", "Dummerton", "Little Fixture", "Stubworth",
    "Placeholder Green", "Fallow Specimen", "Great Instance", "Exemplar Bay", "Norwell Draft", "Patternby", "Trialcombe",
)  # fmt: skip
COUNTY = "Testshire"


def forenames(draw: Draw, sex: Texts) -> Texts:
    """A forename for each sex given; either kind where it is not known."""
    size = len(sex)
    girl = (sex == "F") | ((sex != "M") & draw.chance(0.5, size))
    return np.where(girl, draw.one_of(GIRLS, size), draw.one_of(BOYS, size)).astype(object)


def surnames(draw: Draw, size: int) -> Texts:
    """Surnames such as Brindlemere, one in sixteen of them double."""
    single = draw.one_of(_SURNAME_FIRST, size) + draw.one_of(_SURNAME_LAST, size)
    second = draw.one_of(_SURNAME_FIRST, size) + draw.one_of(_SURNAME_LAST, size)
    return np.asarray(np.where(draw.chance(1 / 16, size), single + "-" + second, single), dtype=object)


def streets(draw: Draw, size: int) -> Texts:
    """House number and street."""
    number = draw.whole(1, 180, size).astype("U3").astype(object)
    street: Texts = number + " " + draw.one_of(_STREET_FIRST, size) + " " + draw.one_of(_STREET_LAST, size)
    return street

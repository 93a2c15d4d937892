"""Two records of one person: a frozen Splink model of a project's people, and the pairs that it finds.

`levels` says what is compared; `model` is the frozen file; `gather` and `prepare` bring an extract's people into shape;
`matcher` trains and scores (the only file that imports Splink); `pairs` and `ruled` say who is left apart; `find` is the
story that a run calls.
"""

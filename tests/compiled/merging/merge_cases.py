"""What came back and what becomes of it: the returns, then each outcome, answer and finding."""

from __future__ import annotations

CASES: dict[str, tuple[str, str]] = {
    "everything once": (
        """
        a | A | 1 | accepted | 1-1=Ａ 1-2=Ｂ 2-1=Ａ 2-2=Ａ
        b | B | 2 | accepted | 2-2=Ｂ
        c | C | 3 | accepted | 3-1=Ａ
        """,
        """
        file   | a      | accepted
        file   | b      | accepted
        file   | c      | accepted
        answer | 1-2/A  | Ｂ a
        answer | 2-1/BA | Ａ a
        answer | 2-2/A  | Ａ a
        answer | 2-2/B  | Ｂ b
        answer | 3-1/C  | Ａ c
        """,
    ),
    "nothing came": ("", "answer | 1-1/A | 未提出"),
    "returned twice": (
        """
        old | A | 1 | accepted | 1-1=Ａ 1-2=Ａ
        new | A | 2 | accepted | 1-1=Ｂ 1-2=Ｂ
        """,
        """
        file            | old   | superseded
        file            | new   | accepted
        answer          | 1-1/A | Ｂ new
        answer          | 1-2/A | Ｂ new
        FILE_SUPERSEDED | old   |
        """,
    ),
    "returned three times": (
        """
        third  | A | 3 | accepted | 1-1=Ｃ
        first  | A | 1 | accepted | 1-1=Ａ
        second | A | 2 | accepted | 1-1=Ｂ
        """,
        """
        file            | third  | accepted
        file            | first  | superseded
        file            | second | superseded
        answer          | 1-1/A  | Ｃ third
        FILE_SUPERSEDED | first  |
        FILE_SUPERSEDED | second |
        """,
    ),
    "the same bytes twice": (
        """
        copy#x | A | 2 | accepted | 1-1=Ａ
        orig#x | A | 1 | accepted | 1-1=Ａ
        """,
        """
        file           | copy  | duplicate
        file           | orig  | accepted
        answer         | 1-1/A | Ａ orig
        FILE_DUPLICATE | copy  |
        """,
    ),
    "the same bytes at the same moment": (
        """
        b#x | A | 1 | accepted | 1-1=Ａ
        a#x | A | 1 | accepted | 1-1=Ａ
        """,
        """
        file           | b     | duplicate
        file           | a     | accepted
        answer         | 1-1/A | Ａ a
        FILE_DUPLICATE | b     |
        """,
    ),
    "a copy of an old version": (
        """
        old#x  | A | 1 | accepted | 1-1=Ａ
        new    | A | 2 | accepted | 1-1=Ｂ
        copy#x | A | 3 | accepted | 1-1=Ａ
        """,
        """
        file            | old   | superseded
        file            | new   | accepted_with_warnings
        file            | copy  | duplicate
        answer          | 1-1/A | Ｂ new
        FILE_SUPERSEDED | old   |
        FILE_RESENT     | copy  |
        RETURN_RESENT   | new 1-1 |
        """,
    ),
    "both versions copied once more": (
        """
        old#x   | A | 1 | accepted | 1-1=Ａ
        new#y   | A | 2 | accepted | 1-1=Ｂ
        old-2#x | A | 3 | accepted | 1-1=Ａ
        new-2#y | A | 3 | accepted | 1-1=Ｂ
        """,
        """
        file            | old   | superseded
        file            | new   | accepted
        file            | old-2 | duplicate
        file            | new-2 | duplicate
        answer          | 1-1/A | Ｂ new
        FILE_SUPERSEDED | old   |
        FILE_DUPLICATE  | old-2 |
        FILE_DUPLICATE  | new-2 |
        """,
    ),
    "an old version once more that says nothing else": (
        """
        old#x  | A | 1 | accepted | 1-1=Ａ
        new    | A | 2 | accepted | 1-1=Ａ 1-2=Ｂ
        copy#x | A | 3 | accepted | 1-1=Ａ
        """,
        """
        file            | old   | superseded
        file            | new   | accepted
        file            | copy  | duplicate
        answer          | 1-1/A | Ａ new
        FILE_SUPERSEDED | old   |
        FILE_DUPLICATE  | copy  |
        """,
    ),
    "two that differ and neither is the newer": (
        """
        one   | A | 1 | accepted | 1-1=Ａ 1-2=Ａ
        other | A | 1 | accepted | 1-1=Ｂ 1-2=Ａ
        """,
        """
        file            | one       | sent_back
        file            | other     | sent_back
        answer          | 1-1/A     | 差戻し中
        RETURN_CONFLICT | one 1-1   |
        RETURN_CONFLICT | other 1-1 |
        """,
    ),
    "two halves from two sections": (
        """
        kakari1 | A | 1 | accepted | 1-1=Ａ
        kakari2 | A | 2 | accepted | 1-2=Ｂ
        """,
        """
        file   | kakari1 | accepted
        file   | kakari2 | accepted
        answer | 1-1/A   | Ａ kakari1
        answer | 1-2/A   | Ｂ kakari2
        """,
    ),
    "a row blank in the newest": (
        """
        old | A | 1 | accepted | 1-1=Ａ 1-2=Ａ
        new | A | 2 | accepted | 1-1=Ｂ
        """,
        """
        file        | old     | accepted_with_warnings
        file        | new     | accepted
        answer      | 1-1/A   | Ｂ new
        answer      | 1-2/A   | Ａ old
        ANSWER_KEPT | old 1-2 |
        """,
    ),
    "a rejected row that is corrected": (
        """
        wrong | A | 1 | sent_back | 1-1=Ｚ! 1-2=Ａ
        right | A | 2 | accepted  | 1-1=Ａ 1-2=Ａ
        """,
        """
        file            | wrong | superseded
        file            | right | accepted
        answer          | 1-1/A | Ａ right
        FILE_SUPERSEDED | wrong |
        """,
    ),
    "only the rejected row sent again": (
        """
        wrong | A | 1 | sent_back | 1-1=Ｚ! 1-2=Ａ
        right | A | 2 | accepted  | 1-1=Ａ
        """,
        """
        file        | wrong     | accepted_with_warnings
        file        | right     | accepted
        answer      | 1-1/A     | Ａ right
        answer      | 1-2/A     | Ａ wrong
        ANSWER_KEPT | wrong 1-2 |
        """,
    ),
    "a rejected row the newest leaves blank": (
        """
        old | A | 1 | sent_back | 1-1=Ａ 1-2=Ｚ!
        new | A | 2 | accepted  | 1-1=Ｂ
        """,
        """
        file   | old   | sent_back
        file   | new   | accepted
        answer | 1-1/A | Ｂ new
        answer | 1-2/A | 差戻し中
        """,
    ),
    "a newer version that is wrong": (
        """
        right | A | 1 | accepted  | 1-1=Ａ
        wrong | A | 2 | sent_back | 1-1=Ｚ!
        """,
        """
        file            | right | superseded
        file            | wrong | sent_back
        answer          | 1-1/A | 差戻し中
        FILE_SUPERSEDED | right |
        """,
    ),
    "a newer version nobody filled": (
        """
        full  | A | 1 | accepted  | 1-1=Ａ
        blank | A | 2 | sent_back |
        """,
        """
        file   | full  | accepted
        file   | blank | sent_back
        answer | 1-1/A | Ａ full
        """,
    ),
    "an older version nobody filled": (
        """
        blank | A | 1 | sent_back |
        full  | A | 2 | accepted  | 1-1=Ａ
        """,
        """
        file            | blank | superseded
        file            | full  | accepted
        answer          | 1-1/A | Ａ full
        FILE_SUPERSEDED | blank |
        """,
    ),
    "files that say nothing": (
        """
        a | A | 1 | accepted     | 1-1=Ａ
        u |   | 2 | unreadable   |
        n |   | 3 | not_a_return |
        """,
        """
        file   | a     | accepted
        file   | u     | unreadable
        file   | n     | not_a_return
        answer | 1-1/A | Ａ a
        """,
    ),
    "joint, any: both say the same": (
        """
        a | A | 1 | accepted | 2-1=Ａ
        b | B | 2 | accepted | 2-1=Ａ
        """,
        """
        file   | a      | accepted
        file   | b      | accepted
        answer | 2-1/BA | Ａ b
        """,
    ),
    "joint, any: they differ": (
        """
        a | A | 1 | accepted | 2-1=Ａ
        b | B | 2 | accepted | 2-1=Ｂ
        """,
        """
        file          | a      | accepted_with_warnings
        file          | b      | accepted_with_warnings
        answer        | 2-1/BA | Ｂ b
        JOINT_DIFFERS | a 2-1  |
        JOINT_DIFFERS | b 2-1  |
        """,
    ),
    "joint, any: one rejected": (
        """
        a | A | 1 | accepted  | 2-1=Ａ
        b | B | 2 | sent_back | 2-1=Ｚ!
        """,
        """
        file   | a      | accepted
        file   | b      | sent_back
        answer | 2-1/BA | Ａ a
        """,
    ),
    "joint, any: both rejected": (
        """
        a | A | 1 | sent_back | 2-1=Ｙ!
        b | B | 2 | sent_back | 2-1=Ｚ!
        """,
        """
        file   | a      | sent_back
        file   | b      | sent_back
        answer | 2-1/BA | 差戻し中
        """,
    ),
    "joint, each: both differ and one is missing": (
        """
        a | A | 1 | accepted | 2-2=Ａ
        """,
        """
        file   | a     | accepted
        answer | 2-2/A | Ａ a
        answer | 2-2/B | 未提出
        """,
    ),
    "an answer nobody asks for": (
        """
        c | C | 1 | accepted | 3-1=Ａ 1-1=Ｂ
        """,
        """
        file             | c     | accepted_with_warnings
        answer           | 3-1/C | Ａ c
        answer           | 1-1/A | 未提出
        ANSWER_NOT_ASKED | c 1-1 |
        """,
    ),
}

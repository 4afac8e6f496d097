"""Corpora are read whole, and a fault is named by file, line and column."""

import lzma
from pathlib import Path

import pytest

from training.corpora import (
    AlignedPair,
    ScoredPair,
    fingerprints,
    plain_texts,
    read_aligned_docs,
    read_inference,
    read_question_pairs,
    read_similarity,
    vocabulary_texts,
)
from training.errors import CorpusError


def _replace(path: Path, text: str) -> None:
    data = text.encode()
    path.write_bytes(lzma.compress(data) if path.suffix == ".xz" else data)


def test_aligned_docs_keep_quoted_text_and_leave_out_rows_without_hangul(corpora: Path) -> None:
    _replace(
        corpora / "ko_en_ml_docs.tsv.xz",
        '"""손실"" 함수"\t"the ""loss"" function"\nimport numpy\timport numpy\n',
    )
    assert read_aligned_docs(corpora) == [AlignedPair('"손실" 함수', 'the "loss" function')]


def test_similarity_pairs_each_korean_sentence_with_its_english_source(corpora: Path) -> None:
    split = read_similarity(corpora, "train")
    assert split.korean[1].first == "경사하강법은 손실을 줄여"
    assert split.english[1].first == "gradient descent lowers the loss"
    aligned = split.aligned()
    assert AlignedPair("드롭아웃은 뉴런을 끄는 방법이야", "dropout turns neurons off") in aligned
    assert len({pair.korean for pair in aligned}) == len(aligned)


def test_quotes_in_korsts_are_text(corpora: Path) -> None:
    header = "score\tsentence1\tsentence2"
    _replace(corpora / "korsts_dev.tsv", f'{header}\n3.5\t"안녕 하고 말했다\t인사를 했다\n')
    _replace(corpora / "stsb-en-dev.csv", "He said hello,He greeted,3.5\n")
    assert read_similarity(corpora, "dev").korean[0].first == '"안녕 하고 말했다'


def test_a_question_asked_in_other_words_scores_above_another_question(corpora: Path) -> None:
    assert read_question_pairs(corpora) == [
        ScoredPair("손실이 뭐야", "손실은 무엇이야", 5.0),
        ScoredPair("손실이 뭐야", "모델이 커", 0.0),
    ]


def test_an_unknown_label_of_a_question_pair_is_named(corpora: Path) -> None:
    _replace(
        corpora / "question_pairs_train.csv", "id,question1,question2,is_duplicate\n1,가,나,2\n"
    )
    with pytest.raises(CorpusError, match="line 2: '2' is neither 0 nor 1"):
        read_question_pairs(corpora)


def test_plain_texts_are_all_documents_and_a_sample_of_reviews(corpora: Path) -> None:
    texts = plain_texts(corpora, reviews=2, seed=1)
    assert {"손실은 모델의 오차야", "the loss is the error of a model"} <= set(texts)
    assert len({"정말 재미있네ㅋㅋ", "별로야ㅠㅠ", "그냥 그래"} & set(texts)) == 2


def test_scored_pairs_across_languages_alternate_the_korean_side(corpora: Path) -> None:
    split = read_similarity(corpora, "train")
    mixed = split.across_languages()
    assert mixed[0] == ScoredPair(split.korean[0].first, split.english[0].second, 5.0)
    assert mixed[1] == ScoredPair(split.english[1].first, split.korean[1].second, 1.0)
    assert len(mixed) == len(split.korean)


def test_what_follows_scores_above_what_is_open_and_that_above_what_is_contradicted(
    corpora: Path,
) -> None:
    pairs = read_inference(corpora)
    assert [pair.score for pair in pairs] == [5.0, 2.5, 0.0] * 2
    assert pairs[0] == pairs[3] == ScoredPair("손실이 줄었다", "손실이 작아졌다", 5.0)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (
            "kornli_xnli_dev.tsv",
            "sentence1\tsentence2\tgold_label\n가\t나\tmaybe",
            "line 2, column gold_label: unknown label 'maybe'",
        ),
        ("klue_nli_dev.json", '[{"premise": "가"}]', "KeyError('hypothesis')"),
        ("klue_nli_dev.json", "[", "not a list of NLI entries"),
    ],
)
def test_faulty_inference_files_name_the_place(
    corpora: Path, file: str, text: str, message: str
) -> None:
    _replace(corpora / file, text)
    with pytest.raises(CorpusError) as caught:
        read_inference(corpora)
    assert str(corpora / file) in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("korsts_train.tsv", "score\tsentence1\n1\t가", "line 1, column sentence2: missing column"),
        (
            "korsts_train.tsv",
            "score\tsentence1\tsentence2\n1\t가\t나\nhigh\t가\t나",
            "line 3, column score: 'high' is no number",
        ),
        ("korsts_train.tsv", "score\tsentence1\tsentence2\n7\t가\t나", "line 2, column score: 7.0"),
        (
            "korsts_train.tsv",
            "score\tsentence1\tsentence2\n1\t\t나",
            "line 2, column sentence1: missing",
        ),
        ("stsb-en-train.csv", "a,b,1\na,b\n", "line 2, column 3: missing"),
        ("stsb-en-train.csv", "a,b,1\n", "1 rows beside 6 of KorSTS"),
        ("stsb-en-train.csv", "", "the file is empty"),
    ],
)
def test_faulty_similarity_files_name_the_place(
    corpora: Path, file: str, text: str, message: str
) -> None:
    _replace(corpora / file, text)
    with pytest.raises(CorpusError) as caught:
        read_similarity(corpora, "train")
    assert str(corpora / file) in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("손실\tloss\textra", "line 1: expected 2 columns, found 3"),
        ("손실\tloss\n경사\t ", "line 2, column 2: empty text"),
    ],
)
def test_faulty_aligned_docs_name_the_place(corpora: Path, text: str, message: str) -> None:
    _replace(corpora / "ko_en_ml_docs.tsv.xz", text)
    with pytest.raises(CorpusError, match=message):
        read_aligned_docs(corpora)


def test_broken_encodings_and_archives_are_corpus_errors(corpora: Path) -> None:
    (corpora / "korsts_train.tsv").write_bytes("문장".encode("cp949"))
    with pytest.raises(CorpusError, match="unreadable"):
        read_similarity(corpora, "train")
    (corpora / "ko_en_ml_docs.tsv.xz").write_bytes(b"not xz")
    with pytest.raises(CorpusError, match="unreadable"):
        read_aligned_docs(corpora)


def test_vocabulary_counts_the_field_more_than_the_reviews(corpora: Path) -> None:
    texts = list(vocabulary_texts(corpora, reviews=2, docs_weight=3, seed=1))
    sampled = [text for text in texts if text in {"정말 재미있네ㅋㅋ", "별로야ㅠㅠ", "그냥 그래"}]
    assert len(sampled) == 2
    assert texts.count("드롭아웃은 뉴런을 끄는 방법이야") >= 6
    assert texts == list(vocabulary_texts(corpora, reviews=2, docs_weight=3, seed=1))


def test_fingerprints_change_with_the_data_and_miss_no_file(corpora: Path) -> None:
    before = fingerprints(corpora)
    _replace(corpora / "nsmc_reviews.txt.xz", "다른 글")
    after = fingerprints(corpora)
    assert {name for name in before if before[name] != after[name]} == {"nsmc_reviews.txt.xz"}
    (corpora / "stsb-en-dev.csv").unlink()
    with pytest.raises(CorpusError, match=r"stsb-en-dev\.csv: cannot be read"):
        fingerprints(corpora)

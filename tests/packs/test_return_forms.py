"""The same SSDA903 return as CSV files and as XML gives the same tables; so does a CIN census in the words of two years."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from dq import contract
from dq.ingest import find, load

RULES = Path(__file__).resolve().parents[2] / "rules"

FILES = {
    "Header.csv": "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n"
    "A1,1,02/05/2009,WBRI,X000000000001,0,\nA2,2,03/06/2008,AOTH,UN2,1,04/07/2024\n",
    "uasc.csv": "CHILD,SEX,DOB,DUC\nA2,2,03/06/2008,03/06/2026\n",
    "PrevPerm.csv": "CHILD,DOB,PREV_PERM,LA_PERM,DATE_PERM\nA1,02/05/2009,P1,E09000001,zz/12/2015\n",
    "EPISODES.CSV": "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
    "A1,01/02/2025,S,C2,N1,U1,PR1,01/08/2025,X1,CARPL,AB1 2CD,EF3 4GH,SC000001\n"
    "A1,01/08/2025,P,C2,N1,U4,PR1,,,,AB1 2CD,EF3 4GH,SC000002\n"
    "A2,09/09/2025,S,V2,N8,K2,PR4,,,,,EF3 4GH,SC000003\n",
    "reviews.csv": "CHILD,DOB,REVIEW,REVIEW_CODE\nA1,02/05/2009,01/03/2025,PN1\nA1,02/05/2009,01/09/2025,PN3\n",
    "missing.csv": "CHILD,DOB,MISSING,MIS_START,MIS_END\nA2,03/06/2008,M,01/10/2025,02/10/2025\n",
    "oc2.csv": "CHILD,DOB,SDQ_SCORE,SDQ_REASON,CONVICTED,HEALTH_CHECK,IMMUNISATIONS,TEETH_CHECK,HEALTH_ASSESSMENT,SUBSTANCE_MISUSE,"
    "INTERVENTION_RECEIVED,INTERVENTION_OFFERED\nA1,02/05/2009,12,,0,,1,1,1,0,,\n",
    "oc3.csv": "CHILD,DOB,IN_TOUCH,ACTIV,ACCOM\nA2,03/06/2008,YES,F1,B2\n",
    "ad1.csv": "CHILD,DOB,DATE_INT,DATE_MATCH,FOSTER_CARE,NB_ADOPTR,SEX_ADOPTR,LS_ADOPTR\n"
    "A1,02/05/2009,01/04/2025,01/05/2025,0,2,MF,L11\n",
    "placed_for_adoption.csv": "CHILD,DOB,DATE_PLACED,DATE_PLACED_CEASED,REASON_PLACED_CEASED\nA1,02/05/2009,01/06/2025,,\n",
}
XML = """<?xml version="1.0" encoding="utf-8"?>
<EXPSSDA903>
<CHILD><HEADER><CHILDID>A1</CHILDID><UPN>X000000000001</UPN><SEX>1</SEX><DOB>02/05/2009</DOB><ETHNIC>WBRI</ETHNIC>
  <MOTHER>0</MOTHER><MC_DOB/>
  <AREVIEW><REVIEW>01/03/2025</REVIEW><REVIEW_CODE>PN1</REVIEW_CODE></AREVIEW>
  <AREVIEW><REVIEW>01/09/2025</REVIEW><REVIEW_CODE>PN3</REVIEW_CODE></AREVIEW>
  <PERMANENCE><PREV_PERM>P1</PREV_PERM><LA_PERM>E09000001</LA_PERM><DATE_PERM>zz/12/2015</DATE_PERM></PERMANENCE>
  <OC2><SDQ_SCORE>12</SDQ_SCORE><CONVICTED>0</CONVICTED><IMMUNISATIONS>1</IMMUNISATIONS><TEETH_CHECK>1</TEETH_CHECK>
    <HEALTH_ASSESSMENT>1</HEALTH_ASSESSMENT><SUBSTANCE_MISUSE>0</SUBSTANCE_MISUSE></OC2>
  <DATE_INT>01/04/2025</DATE_INT><DATE_MATCH>01/05/2025</DATE_MATCH><FOSTER_CARE>0</FOSTER_CARE><NB_ADOPTR>2</NB_ADOPTR>
  <SEX_ADOPTR>MF</SEX_ADOPTR><LS_ADOPTR>L11</LS_ADOPTR>
  <AD_PLACED><DATE_PLACED>01/06/2025</DATE_PLACED><DATE_PLACED_CEASED/><REASON_PLACED_CEASED/></AD_PLACED>
  </HEADER>
  <EPISODE><DECOM>01/02/2025</DECOM><RNE>S</RNE><LS>C2</LS><CIN>N1</CIN><PL>U1</PL><PL_POST>EF3 4GH</PL_POST>
    <HOME_POST>AB1 2CD</HOME_POST><URN>SC000001</URN><PLACE_PROVIDER>PR1</PLACE_PROVIDER><DEC>01/08/2025</DEC><REC>X1</REC>
    <REASON_PLACE_CHANGE>CARPL</REASON_PLACE_CHANGE></EPISODE>
  <EPISODE><DECOM>01/08/2025</DECOM><RNE>P</RNE><LS>C2</LS><CIN>N1</CIN><PL>U4</PL><PL_POST>EF3 4GH</PL_POST>
    <HOME_POST>AB1 2CD</HOME_POST><URN>SC000002</URN><PLACE_PROVIDER>PR1</PLACE_PROVIDER><DEC/><REC/></EPISODE>
</CHILD>
<CHILD><HEADER><CHILDID>A2</CHILDID><UPN>UN2</UPN><SEX>2</SEX><DOB>03/06/2008</DOB><ETHNIC>AOTH</ETHNIC>
  <DUC>03/06/2026</DUC><MOTHER>1</MOTHER><MC_DOB>04/07/2024</MC_DOB>
  <AMISSING><MISSING>M</MISSING><MIS_START>01/10/2025</MIS_START><MIS_END>02/10/2025</MIS_END></AMISSING>
  <IN_TOUCH>YES</IN_TOUCH><ACTIV>F1</ACTIV><ACCOM>B2</ACCOM></HEADER>
  <EPISODE><DECOM>09/09/2025</DECOM><RNE>S</RNE><LS>V2</LS><CIN>N8</CIN><PL>K2</PL><PL_POST>EF3 4GH</PL_POST><HOME_POST/>
    <URN>SC000003</URN><PLACE_PROVIDER>PR4</PLACE_PROVIDER><DEC/><REC/></EPISODE>
</CHILD>
</EXPSSDA903>
"""
CENSUS = """<Message>
<Header><CollectionDetails><Collection>CIN</Collection><Year>{year}</Year></CollectionDetails></Header>
<Children><Child>
  <ChildIdentifiers><LAchildID>K1</LAchildID><{sex}>1</{sex}></ChildIdentifiers>
  <CINdetails><CINreferralDate>2020-05-01</CINreferralDate></CINdetails>
  <CINdetails><CINreferralDate>2021-05-01</CINreferralDate>
    <ChildProtectionPlans><CPPstartDate>2021-06-01</CPPstartDate><Reviews><CPPreviewDate>2021-07-01</CPPreviewDate></Reviews>
    </ChildProtectionPlans>
    <ChildProtectionPlans><CPPstartDate>2022-06-01</CPPstartDate><Reviews><CPPreviewDate>2022-07-01</CPPreviewDate></Reviews>
      <Reviews><CPPreviewDate>2022-08-01</CPPreviewDate></Reviews></ChildProtectionPlans>
    <Assessments><AssessmentActualStartDate>2021-05-02</AssessmentActualStartDate>
      <FactorsIdentifiedAtAssessment><AssessmentFactors>1A</AssessmentFactors><AssessmentFactors>2B</AssessmentFactors>
      </FactorsIdentifiedAtAssessment></Assessments></CINdetails>
</Child></Children></Message>
"""


def read(path: Path, pack: str) -> tuple[dict[str, list[tuple[Any, ...]]], list[tuple[Any, ...]]]:
    """Rows of every table, without where they stood, and the findings of ingest."""
    rules = contract.load(RULES / pack)
    with duckdb.connect() as connection:
        load(connection, rules, find(path, rules).inputs)
        rows = {}
        for table in rules.tables.values():
            columns = [*table.columns, *(f"raw__{one.name}" for one in table.columns.values() if not one.is_text)]
            listed = ", ".join(f'"{name}"' for name in columns)
            rows[table.name] = connection.execute(f'select {listed} from "{table.name}" order by row_id').fetchall()
        return rows, connection.execute("select rule, field, text from ingest_finding order by all").fetchall()


def test_an_ssda903_return_is_the_same_as_csv_and_as_xml(tmp_path: Path) -> None:
    for form in ("csv", "xml"):
        (tmp_path / form).mkdir()
    for name, content in FILES.items():
        (tmp_path / "csv" / name).write_text("\ufeff" + content, encoding="utf-8")
    (tmp_path / "xml" / "903.xml").write_text(XML, encoding="utf-8")
    from_xml, told = read(tmp_path / "xml", "ssda903")
    from_csv, told_of_csv = read(tmp_path / "csv", "ssda903")
    assert {name: len(rows) for name, rows in from_csv.items() if rows} == {
        "Header": 2, "UASC": 1, "PrevPerm": 1, "Episodes": 3, "Reviews": 2, "Missing": 1, "OC2": 1, "OC3": 1, "AD1": 1,
        "PlacedAdoption": 1,
    }  # fmt: skip
    assert from_xml == from_csv
    assert told == told_of_csv == [("type.PrevPerm", "DATE_PERM", "zz/12/2015")]


def test_numbers_tie_the_parts_of_a_census_together(tmp_path: Path) -> None:
    (tmp_path / "cin.xml").write_text(CENSUS.format(year=2026, sex="Sex"), encoding="utf-8")
    rows, told = read(tmp_path, "cin")
    assert told == []
    assert [row[:2] for row in rows["CINdetails"]] == [("K1", "1"), ("K1", "2")]
    assert [row[:3] for row in rows["ChildProtectionPlans"]] == [("K1", "2", "1"), ("K1", "2", "2")]
    reviews = [(row[2], row[3].isoformat()) for row in rows["Reviews"]]
    assert reviews == [("1", "2021-07-01"), ("2", "2022-07-01"), ("2", "2022-08-01")]
    assert [(row[1], row[2], row[5]) for row in rows["AssessmentFactorsList"]] == [("2", "1", "1A"), ("2", "1", "2B")]


def test_the_words_of_earlier_years_are_known(tmp_path: Path) -> None:
    (tmp_path / "cin.xml").write_text(CENSUS.format(year=2021, sex="GenderCurrent"), encoding="utf-8")
    rows, told = read(tmp_path, "cin")
    assert (rows["ChildIdentifiers"][0][0], rows["ChildIdentifiers"][0][7], told) == ("K1", "1", [])

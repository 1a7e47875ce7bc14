"""MIX is valid against its schema, whatever a picture tells of its capture."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from PIL import Image, ImageCms

from archiver.capture import Capture
from archiver.records.checking import schema
from archiver.records.mix import mix
from tests.conftest import packaged

MIX = "{http://www.loc.gov/mix/v20}"
SIDES = st.floats(10, 10_000).map(lambda value: round(value, 2))
CAPTURES = st.builds(
    Capture,
    st.sampled_from(["image/tiff", "image/jp2"]),
    st.integers(1, 10**6),
    st.integers(1, 10**6),
    st.none() | st.tuples(SIDES, SIDES),
    st.sampled_from(["bitonal", "gray", "palette", "RGB", "CMYK", "CIELab"]),
    st.integers(1, 4),
    st.sampled_from([1, 8, 16]),
    st.sampled_from(["uncompressed", "JPEG", "CCITT Group 4"]),
    st.booleans(),
    st.text(st.characters(exclude_categories=["C", "Z"]), max_size=20),
    st.integers(1, 8),
)


@given(CAPTURES)
def test_a_record_is_valid_and_has_what_was_told(found: Capture) -> None:
    record = mix(found)
    schema("mix20.xsd").assertValid(record)
    assert record.findtext(f".//{MIX}imageWidth") == str(found.width)
    assert len(record.findall(f".//{MIX}bitsPerSampleValue")) == found.samples
    if found.resolution:
        numerator, denominator = (
            int(record.findtext(f".//{MIX}xSamplingFrequency/{MIX}{part}", ""))
            for part in ("numerator", "denominator")
        )
        assert numerator / denominator == pytest.approx(found.resolution[0])


def test_each_page_of_a_file_has_its_record_in_premis(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    first, second = Image.new("RGB", (60, 40), "red"), Image.new("RGB", (30, 80), "blue")
    first.save(
        tmp_path / "a.tif", dpi=(400, 400), icc_profile=profile, save_all=True, append_images=[second]
    )
    outcome = packaged(tmp_path / "a.tif", tmp_path / "out", tesseract=False)
    assert isinstance(outcome.bag, Path), outcome.report.findings
    premis = etree.parse(outcome.bag / "data/metadata/premis.xml")
    schema("premis-v3-0.xsd").assertValid(premis)
    records = list(premis.iter(f"{MIX}mix"))
    assert [record.findtext(f".//{MIX}imageHeight") for record in records] == ["40", "80"]
    for record in records:
        schema("mix20.xsd").assertValid(etree.fromstring(etree.tostring(record)))
    assert records[0].findtext(f".//{MIX}iccProfileName", "").startswith("sRGB")

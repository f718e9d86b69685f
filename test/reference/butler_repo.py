"""Makes real Butler Gen3 repositories with lsst-daf-butler, and what lsst-dax-obscore exports of them.

Usage: butler_repo.py FOLDER [--registry postgresql://user@host:port/db] [--collections-by-name]

FOLDER/repo      a repository: raws ingested where they lie (FOLDER/raw), everything else in the datastore
FOLDER/rows.json the ObsCore rows of dax_obscore's own exporter, FOLDER/config.yaml its configuration
FOLDER/facts.json what a test cannot know otherwise: dataset ids by name
Needs lsst-daf-butler and lsst-dax-obscore of requirements.txt (and psycopg2 for --registry).
"""

import argparse
import json
import os
import pathlib
import shutil
import warnings

import numpy as np
import yaml
from astropy.io import fits
from astropy.time import Time
from astropy.wcs import WCS
from lsst.daf.butler import (
    Butler,
    CollectionType,
    Config,
    DatasetProvenance,
    DatasetRef,
    DatasetType,
    FileDataset,
    Timespan,
)
from lsst.daf.butler.formatters.typeless import TypelessFormatter
from lsst.dax.obscore import ExporterConfig, ObscoreExporter
from lsst.sphgeom import ConvexPolygon, LonLat, UnitVector3d

warnings.simplefilter("ignore")

INSTRUMENT = "TestCam"
SKYMAP = "test_rings"
DAY_OBS = 20251103
TRACT = 9813
DETECTORS = [(0, "R22_S00", "R22", "S00"), (1, "R22_S01", "R22", "S01"), (2, "R01_S00", "R01", "S00")]
FILTERS = {"g_6": "g", "r_57": "r"}
SCALE = 0.2 / 3600
WIDTH, HEIGHT = 64, 48
# exposure, filter, pointing, target; the second night crosses 0 h, the last one is near the pole
EXPOSURES = [
    (2025110300012, "r_57", (150.1, 2.2), "COSMOS"),
    (2025110300013, "g_6", (359.9985, -30.0), "field 0h"),
    (2025110300014, "r_57", (37.0, -89.99), "south pole"),
]
BIAS_EXPOSURE = 2025110300002

SINGLE = {"preliminary_visit_image": 2, "visit_image": 2, "calexp": 2, "calexp_comp": 2}
DIFFERENCE = {"difference_image": 3, "goodSeeingDiff_differenceExp": 3}
COADDS = ["deep_coadd", "deepCoadd_calexp", "template_coadd", "goodSeeingCoadd"]


class FitsFormatter(TypelessFormatter):
    """Files are only taken in, never read by Python: the pipelines' own formatters need the whole stack."""

    supported_extensions = frozenset({".fits", ".parq"})


def wcs_at(ra, dec, width=WIDTH, height=HEIGHT, dx=0.0, dy=0.0, angle=0.3):
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = [ra, dec]
    wcs.wcs.crpix = [(width + 1) / 2 + dx, (height + 1) / 2 + dy]
    c, s = np.cos(angle) * SCALE, np.sin(angle) * SCALE
    wcs.wcs.cd = [[-c, s], [s, c]]
    wcs.wcs.radesys = "ICRS"
    return wcs


def polygon(wcs, width=WIDTH, height=HEIGHT):
    corners = [(-0.5, -0.5), (-0.5, height - 0.5), (width - 0.5, height - 0.5), (width - 0.5, -0.5)]
    lonlats = [wcs.wcs_pix2world([corner], 0)[0] for corner in corners]
    return ConvexPolygon([UnitVector3d(LonLat.fromDegrees(*lonlat)) for lonlat in lonlats])


def detector_wcs(pointing, detector):
    return wcs_at(*pointing, dx=(1 - detector) * (WIDTH + 4))


def make_repo(folder, registry, by_name):
    root = folder / "repo"
    config = Config()
    if registry:
        config["registry", "db"] = registry
    if by_name:
        manager = "lsst.daf.butler.registry.collections.nameKey.NameKeyCollectionManager"
        config["registry", "managers", "collections"] = manager
    config["datastore", "checksum"] = True
    Butler.makeRepo(str(root), config=config)
    return Butler.from_config(str(root), writeable=True)


def insert_dimensions(butler):
    registry = butler.registry
    registry.insertDimensionData(
        "instrument",
        {"name": INSTRUMENT, "visit_max": 2**60, "exposure_max": 2**60, "detector_max": 10, "class_name": "test.Cam"},
    )
    for band, physical in ((b, f) for f, b in FILTERS.items()):
        registry.insertDimensionData("physical_filter", {"instrument": INSTRUMENT, "name": physical, "band": band})
    for number, full_name, raft, name in DETECTORS:
        record = {"full_name": full_name, "raft": raft, "name_in_raft": name, "purpose": "SCIENCE"}
        registry.insertDimensionData("detector", {"instrument": INSTRUMENT, "id": number, **record})
    start = Time("2025-11-03T12:00:00", scale="tai")
    night = Timespan(start, start + 1)
    registry.insertDimensionData("day_obs", {"instrument": INSTRUMENT, "id": DAY_OBS, "timespan": night})
    registry.insertDimensionData("visit_system", {"instrument": INSTRUMENT, "id": 0, "name": "one-to-one"})

    def times(i):
        begin = Time("2025-11-04T03:21:00.123456", scale="tai") + i * 40 / 86400
        return Timespan(begin, begin + 30.5 / 86400)

    exposures = [(BIAS_EXPOSURE, "r_57", None, "PARK"), *EXPOSURES]
    for i, (number, physical, pointing, target) in enumerate(exposures):
        science = pointing is not None
        obs_id = f"TC_O_{DAY_OBS}_{number % 100000:06d}"
        registry.insertDimensionData("group", {"instrument": INSTRUMENT, "name": obs_id})
        shared = {
            "instrument": INSTRUMENT,
            "physical_filter": physical,
            "day_obs": DAY_OBS,
            "seq_num": number % 100000,
            "exposure_time": 30.0 if science else 0.0,
            "target_name": target,
            "observation_reason": "science" if science else "bias",
            "science_program": "BLOCK-365",
            "azimuth": 100.5 + i,
            "zenith_angle": 20.25 + 10 * i,
            "timespan": times(i),
        }
        registry.insertDimensionData(
            "exposure",
            {
                **shared,
                "id": number,
                "obs_id": obs_id,
                "group": obs_id,
                "dark_time": 30.6,
                "observation_type": "science" if science else "bias",
                "seq_start": 1,
                "seq_end": 1,
                "tracking_ra": pointing[0] if science else None,
                "tracking_dec": pointing[1] if science else None,
                "sky_angle": 17.0,
                "has_simulated": False,
                "can_see_sky": science,
            },
        )
        if not science:
            continue
        wide = 3 * WIDTH + 8
        hull = polygon(wcs_at(*pointing, width=wide), width=wide)
        registry.insertDimensionData("visit", {**shared, "id": number, "name": f"{number}", "region": hull})
        registry.insertDimensionData("visit_definition", {"instrument": INSTRUMENT, "exposure": number, "visit": number})
        registry.insertDimensionData(
            "visit_system_membership", {"instrument": INSTRUMENT, "visit": number, "visit_system": 0}
        )
        for detector, *_ in DETECTORS:
            region = polygon(detector_wcs(pointing, detector))
            record = {"instrument": INSTRUMENT, "visit": number, "detector": detector, "region": region}
            registry.insertDimensionData("visit_detector_region", record)
    registry.insertDimensionData(
        "skymap", {"name": SKYMAP, "hash": b"0123456789" * 4, "tract_max": 20000, "patch_nx_max": 10, "patch_ny_max": 10}
    )
    tract_wcs = wcs_at(150.1, 2.2, 400, 400, angle=0)
    registry.insertDimensionData("tract", {"skymap": SKYMAP, "id": TRACT, "region": polygon(tract_wcs, 400, 400)})
    for patch in range(4):
        record = {"id": patch, "cell_x": patch % 2, "cell_y": patch // 2, "region": polygon(patch_wcs(patch), 100, 100)}
        registry.insertDimensionData("patch", {"skymap": SKYMAP, "tract": TRACT, **record})


def patch_wcs(patch):
    return wcs_at(150.1, 2.2, 100, 100, dx=100 * (0.5 - patch % 2), dy=100 * (0.5 - patch // 2), angle=0)


def write_fits(path, wcs, width, height, cards, planes=("IMAGE", "MASK", "VARIANCE")):
    rng = np.random.default_rng(abs(hash(path.name)) % 2**32)
    header = fits.Header(cards)
    hdus = [fits.PrimaryHDU(header=header)]
    dtypes = {"IMAGE": "f4", "MASK": "i4", "VARIANCE": "f4"}
    for plane in planes:
        data = rng.normal(10, 1, (height, width)).astype(dtypes[plane])
        hdus.append(fits.ImageHDU(data, header=wcs.to_header(), name=plane))
        hdus[-1].header["EXTTYPE"] = plane
    path.parent.mkdir(parents=True, exist_ok=True)
    fits.HDUList(hdus).writeto(path, overwrite=True)


def provenance_cards(ref, inputs):
    provenance = DatasetProvenance()
    for each in inputs:
        provenance.add_input(each)
    flat = provenance.to_flat_dict(ref, prefix="LSST BUTLER", sep=" ", simple_types=True)
    return {f"HIERARCH {key}": value for key, value in flat.items()}


class Maker:
    def __init__(self, butler, folder):
        self.butler = butler
        self.folder = folder
        self.refs = {}
        self.types = {}

    def register(self, name, dimensions, storage_class="ExposureF", **kwargs):
        dataset_type = DatasetType(name, dimensions, storage_class, universe=self.butler.dimensions, **kwargs)
        self.butler.registry.registerDatasetType(dataset_type)
        self.types[name] = dataset_type

    def ref(self, name, run, **data_id):
        data_id = self.butler.registry.expandDataId(data_id, dimensions=self.types[name].dimensions)
        return DatasetRef(self.types[name], data_id, run=run)

    def take(self, key, ref, path, transfer):
        self.butler.ingest(FileDataset(str(path), [ref], formatter=FitsFormatter), transfer=transfer)
        self.refs[key] = ref
        return ref

    def image(self, name, run, wcs, width, height, inputs=(), transfer="move", key=None, **data_id):
        ref = self.ref(name, run, **data_id)
        label = "-".join(str(value) for value in data_id.values() if value not in (INSTRUMENT, SKYMAP))
        key = key or f"{name}-{label}"
        planes = ("IMAGE",) if name == "raw" else ("IMAGE", "MASK", "VARIANCE")
        path = self.folder / ("raw" if transfer == "direct" else "incoming") / f"{key}-{run.replace('/', '_')}.fits"
        write_fits(path, wcs, width, height, provenance_cards(ref, inputs), planes)
        return self.take(key, ref, path, transfer)


def fill(butler, folder):
    make = Maker(butler, folder)
    visit_detector = ("instrument", "visit", "detector")
    make.register("raw", ("instrument", "exposure", "detector"), "Exposure")
    for name in [*SINGLE, *DIFFERENCE]:
        make.register(name, visit_detector)
    for name in COADDS:
        make.register(name, ("skymap", "tract", "patch", "band"))
    make.register("bias", ("instrument", "detector"), isCalibration=True)
    make.register("flat", ("instrument", "detector", "physical_filter"), isCalibration=True)
    make.register("src", visit_detector, "ArrowAstropy")
    make.register("skyMap", ("skymap",), "StructuredDataDict")

    base = {"instrument": INSTRUMENT}
    for detector, *_ in DETECTORS[:2]:
        for n, run in enumerate(["test/calib/gen1", "test/calib/gen2"]):
            make.image("bias", run, wcs_at(0, 0), 16, 16, **base, detector=detector, key=f"bias-{detector}-{n}")
        make.image("flat", "test/calib/gen1", wcs_at(0, 0), 16, 16, **base, detector=detector, physical_filter="r_57")
    for number, physical, pointing, _ in EXPOSURES:
        for detector, *_ in DETECTORS[:2]:
            at = detector_wcs(pointing, detector)
            ids = {**base, "detector": detector}
            raw = make.image("raw", "test/raw/all", at, WIDTH, HEIGHT, transfer="direct", exposure=number, **ids)
            calexp = None
            for name in SINGLE:
                calexp = make.image(name, "test/run1", at, WIDTH, HEIGHT, [raw], visit=number, **ids)
            for name in DIFFERENCE:
                make.image(name, "test/run1", at, WIDTH, HEIGHT, [calexp], visit=number, **ids)
    # A bias frame: an exposure without visit, and so without region.
    make.image("raw", "test/raw/all", wcs_at(0, 0), WIDTH, HEIGHT, transfer="direct", exposure=BIAS_EXPOSURE, detector=0, **base)
    # A catalogue, which is no image.
    src = make.ref("src", "test/run1", visit=EXPOSURES[0][0], detector=0, **base)
    (folder / "incoming" / "src.parq").write_text("PAR1")
    make.take("src", src, folder / "incoming" / "src.parq", "move")
    first = EXPOSURES[0][0]
    visit_images = [ref for key, ref in make.refs.items() if key.startswith("visit_image") and str(first) in key]
    for patch in range(2):
        for name in COADDS:
            ids = {"skymap": SKYMAP, "tract": TRACT, "patch": patch, "band": "r"}
            make.image(name, "test/run1", patch_wcs(patch), 100, 100, visit_images, **ids)
    make.image("deep_coadd", "test/run1", patch_wcs(0), 100, 100, [], skymap=SKYMAP, tract=TRACT, patch=0, band="g")
    # Processed again: the same data id in a second run.
    at = detector_wcs(EXPOSURES[0][2], 0)
    make.image("visit_image", "test/run2", at, WIDTH, HEIGHT, [], visit=first, detector=0, key="visit_image-again", **base)

    collections = butler.collections
    collections.register("test/calib", CollectionType.CALIBRATION)
    biases = [make.refs["bias-0-0"], make.refs["bias-1-0"]]
    newer = [make.refs["bias-0-1"], make.refs["bias-1-1"]]
    change = Time("2025-11-01T00:00:00", scale="tai")
    butler.registry.certify("test/calib", biases, Timespan(None, change))
    butler.registry.certify("test/calib", newer, Timespan(change, None))
    flats = [ref for key, ref in make.refs.items() if key.startswith("flat")]
    butler.registry.certify("test/calib", flats, Timespan(Time("2025-10-01", scale="tai"), Time("2026-01-01", scale="tai")))
    collections.register("test/tagged", CollectionType.TAGGED)
    butler.registry.associate("test/tagged", [make.refs["visit_image-again"]])
    collections.register("test/inner", CollectionType.CHAINED)
    collections.redefine_chain("test/inner", ["test/run2", "test/run1"])
    collections.register("test/all", CollectionType.CHAINED)
    collections.redefine_chain("test/all", ["test/inner", "test/raw/all", "test/calib"])
    return make


# Titles and identifiers as dp1.yaml and dp2.yaml of dax_obscore's own repository have them.
EXPOSURE_TITLE = "{dataset_type} - {records[physical_filter].band} - {records[exposure].obs_id}-{records[detector].full_name}"
VISIT_TITLE = "{dataset_type} - {band} - {records[visit].name}-{records[detector].full_name} {records[visit].timespan.begin.utc.isot}Z"
COADD_TITLE = "{dataset_type} - {band} - tract={tract} patch={patch}"
SPECTRAL = {
    "u": [300.0e-9, 393.2e-9],
    "g": [402.6e-9, 548.3e-9],
    "r": [551.0e-9, 689.1e-9],
    "i": [693.6e-9, 818.8e-9],
    "z": [819.2e-9, 920.1e-9],
    "y": [927.8e-9, 1100.0e-9],
}


def export_config():
    def column(template, kind="string"):
        return {"template": template, "type": kind}

    single = {
        "lsst_visit": column("{visit}", "int"),
        "lsst_detector": column("{detector}", "int"),
        "lsst_band": column("{band}"),
        "lsst_filter": column("{physical_filter}"),
    }
    coadd = {"lsst_tract": column("{tract}", "int"), "lsst_patch": column("{patch}", "int"), "lsst_band": column("{band}")}
    types = {}

    def add(name, subtype, level, o_ucd, obs_id, title, size, columns):
        types[name] = {
            "dataproduct_type": "image",
            "dataproduct_subtype": f"lsst.{subtype}",
            "calib_level": level,
            "o_ucd": o_ucd,
            "access_format": "application/x-votable+xml;content=datalink",
            "obs_id_fmt": obs_id,
            "s_xel": size,
            "datalink_url_fmt": "https://example.org/datalink/links?ID=ivo%3A%2F%2Fskyedge.example%2Fdr1%3F{id}",
            "extra_columns": {**columns, "obs_title": column(title)},
        }

    sensor = [WIDTH, HEIGHT]
    add("raw", "raw", 1, "phot.count", "{records[exposure].obs_id}", EXPOSURE_TITLE, sensor, single)
    for name, level in SINGLE.items():
        add(name, name, level, "phot.flux.density", "{records[visit].name}", VISIT_TITLE, sensor, single)
    for name, level in DIFFERENCE.items():
        add(name, name, level, "phot.flux.density", "{records[visit].name}", VISIT_TITLE, sensor, single)
    for name in COADDS:
        add(name, name, 3, "phot.flux.density", "{skymap}-{tract}-{patch}", COADD_TITLE, [100, 100], coadd)
    return {
        "facility_name": "Rubin:Simonyi",
        "obs_collection": "test.butler",
        "collections": ["test/all"],
        "obs_publisher_did_fmt": "ivo://skyedge.example/dr1?{id}",
        "dataset_types": types,
        "spectral_ranges": SPECTRAL,
        "spatial_plugins": {
            "default": {"cls": "lsst.daf.butler.registry.obscore.default_spatial.DefaultSpatialObsCorePlugin"}
        },
    }


def export(butler, folder):
    config = export_config()
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    exporter = ObscoreExporter(butler, ExporterConfig.model_validate(config))
    rows = list(exporter.iter_records())
    exporter.to_parquet(str(folder / "obscore.parquet"))
    exporter.to_csv(str(folder / "obscore.csv"))
    exporter.to_votable().to_xml(str(folder / "obscore.vot"))
    (folder / "rows.json").write_text(json.dumps(rows, default=str, indent=1))
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--registry", help="database of the registry, default SQLite in the repository")
    parser.add_argument("--collections-by-name", action="store_true", help="as older repositories keep them")
    args = parser.parse_args()
    folder = args.folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    butler = make_repo(folder, args.registry, args.collections_by_name)
    insert_dimensions(butler)
    make = fill(butler, folder)
    rows = export(butler, folder)
    # After the export, which knows nothing of files: one file lost, one dataset withdrawn from the datastore.
    lost = next(key for key in make.refs if key.startswith("calexp_comp"))
    withdrawn = next(key for key in make.refs if key.startswith("goodSeeingDiff"))
    os.remove(butler.getURI(make.refs[lost]).ospath)
    butler.pruneDatasets([make.refs[withdrawn]], disassociate=False, unstore=True)
    facts = {
        "ids": {key: str(ref.id) for key, ref in make.refs.items()},
        "lost": str(make.refs[lost].id),
        "withdrawn": str(make.refs[withdrawn].id),
        "rows": len(rows),
    }
    (folder / "facts.json").write_text(json.dumps(facts, indent=1))
    print(json.dumps({"rows": len(rows), "datasets": len(make.refs)}))


if __name__ == "__main__":
    main()

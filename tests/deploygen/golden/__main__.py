import shutil

from deploygen import seed, shellconf
from tests.deploygen import golden, matrix
from tests.deploygen.made import FAKE_SECRETS, config_text

(golden.FOLDER / "defaults" / "config.sh").write_text(config_text(), encoding="utf-8")
for row in matrix.ROWS:
    values = {"ADMIN_EMAIL": "wiki@example.com", **FAKE_SECRETS, **row.settings}
    lines = [f"{key}={shellconf.quote(value)}\n" for key, value in values.items()]
    (golden.FOLDER / row.name).mkdir(exist_ok=True)
    (golden.FOLDER / row.name / "config.sh").write_text("".join(lines), encoding="utf-8")
sample = (golden.FOLDER / "seed" / "config.sh.sample").read_text(encoding="utf-8")
values = {**FAKE_SECRETS, "ADMIN_EMAIL": "wiki@example.com", **seed.translate(sample).values}
lines = [f"{key}={shellconf.quote(value)}\n" for key, value in values.items()]
(golden.FOLDER / "seed" / "config.sh").write_text("".join(lines), encoding="utf-8")
for case in golden.cases():
    folder = golden.FOLDER / case / "expected"
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in golden.generated(case).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)

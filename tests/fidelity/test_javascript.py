"""Microsoft's client for JavaScript, npm @microsoft/microsoft-graph-client."""

import os
import shutil
import subprocess

from tests.fidelity.conftest import ROOT, Graph

CLIENT_NAME = "graph-client (npm)"
WALK = ROOT / "tests" / "fidelity" / "javascript" / "walk.mjs"
# Where `make` has put the packages: modules are looked for beside who asks.
PACKAGES = ROOT / ".node" / "fidelity"


def test_the_walk(graph: Graph) -> None:
    """Everything in walk.mjs holds; node tells what does not."""
    node = shutil.which("node")
    assert node, "this needs Node.js"
    here = shutil.copy(WALK, PACKAGES)
    environment = {"GRAPH_URL": graph.url, "GRAPH_TOKEN": graph.token()}
    # Node 20 reports TAP to pipes only if it is asked to.
    done = subprocess.run(
        [node, "--test-reporter=tap", "--test", here],
        check=False,
        env={**os.environ, **environment},  # noqa: TID251 - for a child
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stdout
    assert "# pass 17" in done.stdout, done.stdout

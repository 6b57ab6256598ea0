"""Reports: views of assessments. One format is one module; none of them decides anything.

Each module has `render(assessments, texts) -> str`.
"""

"""Routes of the lessons: their list, one of them or of a visitor, and one step for a slide."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from app.lessons.errors import LessonError
from app.lessons.library import Library
from app.lessons.pictures import find_network
from app.pages.assets import Assets
from app.pages.rendering import Renderer


def make_lessons_blueprint(library: Library, renderer: Renderer, assets: Assets) -> Blueprint:
    """Returns the blueprint of `/lessons` and `/lesson`."""
    blueprint = Blueprint("lessons", __name__)

    @blueprint.get("/lessons")
    def list_lessons() -> Response:
        found, broken = [], []
        language = renderer.choose_language()
        for name in library.names():
            try:
                lesson = library.find(name, language)
            except LessonError as error:
                broken.append({"name": name, "message": error.describe(renderer.say)})
                continue
            if lesson is not None:
                picture = f"img/lessons/{name}.png"
                told = {"title": lesson.title, "summary": lesson.summary, "minutes": lesson.minutes}
                told["picture"] = picture if assets.find(picture) else ""
                told["network"] = find_network(lesson) if told["picture"] else None
                found.append({"name": name, **told, "steps": len(lesson.steps)})
        asked = language if "lang" in request.args else ""
        return renderer.show("lessons.html", lessons=found, broken=broken, asked=asked)

    @blueprint.get("/lesson")
    def show_lesson() -> Response:
        return show_lesson_of(library, renderer, request.args.get("name", ""), alone=False)

    return blueprint


def show_lesson_of(library: Library, renderer: Renderer, name: str, *, alone: bool) -> Response:
    """Returns the page of a lesson, or a list with what is wrong with it.

    Args:
        library: where it is.
        renderer: of templates.
        name: of the lesson; "" for a visitor's own, which the browser has or the fragment of the
            address carries.
        alone: whether one step is shown without the ways to others.
    """
    if not name:
        return renderer.show("lesson.html", name=None, lesson=None, alone=alone)
    try:
        lesson = library.find(name, renderer.choose_language())
    except LessonError as error:
        broken = [{"name": name, "message": error.describe(renderer.say)}]
        response = renderer.show("lessons.html", lessons=[], broken=broken, asked="")
        response.status_code = 422
        return response
    if lesson is None:
        abort(404)
    return renderer.show("lesson.html", name=name, lesson=lesson.describe(), alone=alone)

"""Turns an edition and the store it stands on into everything the report says."""

from dlsurvey.analysis.advice import advise
from dlsurvey.analysis.cards import make_cards
from dlsurvey.analysis.claims import find_claims
from dlsurvey.analysis.code import study_code
from dlsurvey.analysis.comparison import compare_workloads, list_failures
from dlsurvey.analysis.conclusion import conclude
from dlsurvey.analysis.deployment import assess_deployments
from dlsurvey.analysis.evidence import Evidence
from dlsurvey.analysis.findings import Cover, Findings
from dlsurvey.analysis.gradients import assess_gradients
from dlsurvey.analysis.health import assess_health, list_attempts
from dlsurvey.analysis.listings import list_networks, list_programs, list_stages
from dlsurvey.analysis.pictures import add_pictures
from dlsurvey.analysis.revisions import Vintages
from dlsurvey.analysis.studied import GradientFindings
from dlsurvey.analysis.studies import assess_studies, read_studies
from dlsurvey.analysis.trends import Basis, find_overview, find_trends
from dlsurvey.collection import select_collectors
from dlsurvey.config import Config
from dlsurvey.errors import StoreError
from dlsurvey.language import Language, describe_missing, list_waiting, speak
from dlsurvey.records import Edition, Gap
from dlsurvey.settings import Survey
from dlsurvey.store import Store
from experiments.autodiff.gradient import Gradients
from experiments.deployment.record import Deployments


def find_out(config: Config, store: Store, edition: Edition) -> Findings:
    """Read the evidence of `edition` and say what it shows, in the survey's language.

    Raises StoreError for a damaged file.
    """
    with speak(config.settings.survey.language):
        return _find_out(config, store, edition)


def _find_out(config: Config, store: Store, edition: Edition) -> Findings:
    trials = tuple(store.read_trial(trial_id) for trial_id in edition.trials)
    evidence = Evidence(store, edition)
    compared = compare_workloads(
        trials, edition.datasets, config.settings.margins, certificates=edition.parity
    )
    samples = tuple(store.read_samples(sha256) for sha256 in edition.samples)
    workloads = add_pictures(compared, samples, trials)
    attempts = list_attempts(store, edition)
    health = assess_health(select_collectors(config), attempts, edition.created_at)
    basis = Basis(evidence, Vintages(store, edition, evidence), health)
    trends = find_trends(basis, config.subjects)
    programs = list_programs(store, trials)
    stages = list_stages(programs)
    code = study_code(stages, programs)
    gradients = _read_gradients(store, edition)
    deployments = assess_deployments(_read_deployments(store, edition), config.settings.margins)
    claims = find_claims(workloads, trends, code, gradients, deployments=deployments)
    studies = assess_studies(
        read_studies(store, edition), workloads, trials, edition.datasets,
        config.settings.margins, edition.parity,
    )  # fmt: skip
    return Findings(
        cover=_make_cover(config.settings.survey, edition),
        edition=edition,
        cards=make_cards(evidence, trials),
        workloads=workloads,
        failures=list_failures(trials),
        trends=trends,
        stages=stages,
        conclusions=conclude(workloads, trends),
        trials=trials,
        gaps=(*edition.gaps, *_find_untranslated(config.settings.survey.language)),
        created_at=edition.created_at,
        overview_trend=find_overview(basis),
        health=health,
        claims=claims,
        programs=programs,
        networks=list_networks(programs),
        code=code,
        gradients=gradients,
        deployments=deployments,
        studies=studies,
        advice=advise(workloads, claims),
    )


def _read_gradients(store: Store, edition: Edition) -> GradientFindings | None:
    """What the frameworks could differentiate; None where this edition did not try."""
    if edition.gradients is None:
        return None
    kept = store.read_gradients(edition.gradients, Gradients)
    if kept is None:
        raise StoreError(
            f"The edition {edition.id} stands on data/gradients/{edition.gradients}.json, which is"
            " gone: restore it."
        )
    return assess_gradients(kept.attempts)


def _read_deployments(store: Store, edition: Edition) -> Deployments | None:
    """Every way out of the frameworks; None where this edition tried none."""
    if edition.deployments is None:
        return None
    kept = store.read_deployments(edition.deployments, Deployments)
    if kept is None:
        raise StoreError(
            f"The edition {edition.id} stands on data/deployments/{edition.deployments}.json, which"
            " is gone: restore it."
        )
    return kept


def _find_untranslated(language: Language) -> tuple[Gap, ...]:
    """A gap where the catalogue is not complete; what is missing stands in English."""
    why = describe_missing(language, list_waiting(language))
    cure = "Translate them in the catalogue; docs/languages.md says how."
    return (Gap(what="Translations", why=why, cure=cure),) if why else ()


def _make_cover(survey: Survey, edition: Edition) -> Cover:
    return Cover(
        title=survey.title,
        subtitle=survey.subtitle,
        author=survey.author,
        course=survey.course,
        institution=survey.institution,
        date=survey.date or edition.created_at.date(),
        language=survey.language,
        variant=survey.cover,
    )

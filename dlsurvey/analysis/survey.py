"""Turns an edition and the store it stands on into everything the report says."""

from dlsurvey.analysis.advice import advise
from dlsurvey.analysis.cards import make_cards
from dlsurvey.analysis.claims import find_claims
from dlsurvey.analysis.code import list_trainers, study_code
from dlsurvey.analysis.comparison import compare_workloads, list_failures
from dlsurvey.analysis.conclusion import conclude
from dlsurvey.analysis.evidence import Evidence
from dlsurvey.analysis.findings import Cover, Findings
from dlsurvey.analysis.gradients import assess_gradients
from dlsurvey.analysis.health import assess_health
from dlsurvey.analysis.listings import list_stages
from dlsurvey.analysis.pictures import add_pictures
from dlsurvey.analysis.revisions import Vintages
from dlsurvey.analysis.studied import GradientFindings
from dlsurvey.analysis.trends import Basis, find_overview, find_trends
from dlsurvey.collection import select_collectors
from dlsurvey.config import Config
from dlsurvey.errors import StoreError
from dlsurvey.records import Edition
from dlsurvey.settings import Survey
from dlsurvey.store import Store
from experiments.autodiff.gradient import Gradients


def find_out(config: Config, store: Store, edition: Edition) -> Findings:
    """Read the evidence of `edition` and say what it shows; raises StoreError for a damaged file."""
    trials = tuple(store.read_trial(trial_id) for trial_id in edition.trials)
    evidence = Evidence(store, edition)
    compared = compare_workloads(
        trials, edition.datasets, config.settings.margins, certificates=edition.parity
    )
    samples = tuple(store.read_samples(sha256) for sha256 in edition.samples)
    workloads = add_pictures(compared, samples, trials)
    health = assess_health(select_collectors(config), store.read_collections(), edition.created_at)
    basis = Basis(evidence, Vintages(store, edition, evidence), health)
    trends = find_trends(basis, config.subjects)
    stages = list_stages(store, trials)
    trainers = list_trainers(stages, store.read_source)
    code = study_code(stages, trainers)
    gradients = _read_gradients(store, edition)
    claims = find_claims(workloads, trends, code, gradients)
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
        gaps=edition.gaps,
        created_at=edition.created_at,
        overview_trend=find_overview(basis),
        health=health,
        claims=claims,
        trainers=trainers,
        code=code,
        gradients=gradients,
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

"""The forms of the seller's wizard, one module a step. Each step is handed a GigContent and gives one back."""

from marketplace.gigs.forms.description import DescriptionStep
from marketplace.gigs.forms.gallery import GalleryStep
from marketplace.gigs.forms.overview import OverviewStep
from marketplace.gigs.forms.packages import PackagesStep
from marketplace.gigs.forms.requirements import RequirementsStep
from marketplace.gigs.forms.step import StepForm
from marketplace.gigs.steps import Step

STEP_FORMS: dict[Step, type[StepForm]] = {
    Step.OVERVIEW: OverviewStep,
    Step.PACKAGES: PackagesStep,
    Step.DESCRIPTION: DescriptionStep,
    Step.REQUIREMENTS: RequirementsStep,
    Step.GALLERY: GalleryStep,
}

__all__ = ["STEP_FORMS", "StepForm"]
